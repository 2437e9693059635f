"""Calling an operation from the command line, by way of the broker, as the gateway does."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import click

from chassis import clock
from chassis.config import Settings
from chassis.rpc_client import RpcClient, Unavailable
from contracts.call import Call
from contracts.operation import Operation

# A service that has just been started may take so long to be there.
_PATIENCE_SECONDS = 60.0
_ANSWER_WITHIN = timedelta(seconds=20)


def call(settings: Settings, operation: Operation, request: dict[str, Any]) -> Any:
    """The service's answer. Raises ``chassis.rpc_client.RpcError``; waits for a service that is still starting."""
    client = RpcClient(settings.amqp_uri, "cli", max_in_flight=1)
    client.start()
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    try:
        while True:
            now = clock.now()
            try:
                return client.call(operation, request, Call(now=now, deadline=now + _ANSWER_WITHIN))
            except Unavailable as error:
                if time.monotonic() > give_up_at:
                    raise click.ClickException(
                        f"{operation.service} does not answer over the broker ({error}); start it, then try again."
                    ) from error
                time.sleep(0.2)
    finally:
        client.stop()
