"""What the requests of one worker process share; one instance an application, in
``app.extensions["gateway"]``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from flask import current_app, request

from contracts.call import Call
from contracts.operation import Operation
from gateway.authentication import Authenticator
from gateway.challenges.door import Door
from gateway.limits import Limits
from gateway.settings import Settings
from gateway.transfers.slots import Slots

if TYPE_CHECKING:
    from gateway.endpoint import Endpoint


class Rpc(Protocol):
    """What the gateway needs of ``chassis.rpc_client.RpcClient``."""

    def call(self, operation: Operation, request: dict[str, Any], call: Call) -> dict[str, Any]:
        """The service's answer; raises Refused, Busy, DeadlineExceeded or Unavailable."""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""


@dataclass
class Parts:
    """The settings and the helpers that every request may use."""

    settings: Settings
    rpc: Rpc
    authenticator: Authenticator
    limits: Limits
    door: Door
    slots: Slots = field(init=False)

    def __post_init__(self) -> None:
        self.slots = Slots(self.settings.transfers)

    def broker_connected(self) -> bool:
        """Whether requests can be sent now."""
        return self.rpc.connected


def current() -> Parts:
    """The parts of the application that answers the current request."""
    return cast(Parts, current_app.extensions["gateway"])


def endpoints() -> list[Endpoint]:
    """Every endpoint of the application that answers the current request."""
    views = current_app.view_functions.values()
    return [view.endpoint for view in views if hasattr(view, "endpoint")]


def client_address() -> str:
    """The client's address, as far as our own proxies can be believed (gateway/limits/subjects.py)."""
    return current().limits.address(request.environ)
