"""The microservice chassis: what every service stands on, and the only place that knows the framework's insides.

The names below load on first use, so that the gateway and the CLI, which run without eventlet, can use the
rest of the chassis without importing it.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.asking import Asker
    from chassis.configuration import Configuration
    from chassis.consumer import Reject, consume
    from chassis.database import Store
    from chassis.database_provider import Database
    from chassis.offloading import offload
    from chassis.periodic import every
    from chassis.rpc_server import serve
    from chassis.starting import at_start

# eventlet is in bugfix mode, which is why nothing but the chassis touches it; its users need not hear it each time.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

_HOMES = {
    "Asker": "chassis.asking",
    "Configuration": "chassis.configuration",
    "Database": "chassis.database_provider",
    "Reject": "chassis.consumer",
    "Store": "chassis.database",
    "at_start": "chassis.starting",
    "consume": "chassis.consumer",
    "every": "chassis.periodic",
    "offload": "chassis.offloading",
    "serve": "chassis.rpc_server",
}

__all__ = ["Asker", "Configuration", "Database", "Reject", "Store", "at_start", "consume", "every", "offload", "serve"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chassis' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
