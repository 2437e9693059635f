"""The press, which kills itself (SIGKILL) at the moment of its relay's work that ``PRESS_DIES`` names."""

from __future__ import annotations

import os
import signal
from typing import Any

from chassis.broker.publisher import Publisher
from chassis.outbox.pending import Outbox
from tests.integration.chassis.probes import PressService

DYING_PRESS = "tests.integration.chassis.dying_press:DyingPressService"

# The broker has confirmed the events, and they are still in their documents.
AFTER_PUBLISHING = "between publishing and removing"
# The events were read from their documents, and the broker knows nothing of them.
BEFORE_PUBLISHING = "before publishing"


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingPressService(PressService):
    """Only ever loaded in a process of its own, so what it replaces is replaced there alone."""


match os.environ.get("PRESS_DIES"):
    case "between publishing and removing":
        Outbox.remove = _die  # type: ignore[method-assign]
    case "before publishing":
        Publisher.publish = _die  # type: ignore[method-assign, assignment]
