"""The nameko dependency behind ``Database(Store)``."""

from __future__ import annotations

from typing import Any

import eventlet
import structlog
from nameko.extensions import DependencyProvider
from pymongo.errors import PyMongoError

from chassis.broker.outlet import Outlet
from chassis.database import Store, connect
from chassis.faults import describe
from chassis.health import HEALTH
from chassis.outbox.relay import Relay

_log = structlog.get_logger(__name__)

_PAUSE = 2.0


class Database(DependencyProvider):
    """Gives handlers the service's store, and runs the relay of its outboxes.

    Nothing here waits for the database or raises for want of it: nameko would end the process in a loop. Until
    the indexes are there the service is alive but not ready.
    """

    outlet = Outlet()

    def __init__(self, store: type[Store], *, relays: bool = True) -> None:
        """``relays``: False in a second process of a service, whose events the first one's relay finds."""
        super().__init__()
        self.store_class = store
        self._relays = relays
        self._relay: Relay | None = None
        self._indexed = False
        self.store: Store

    def setup(self) -> None:
        settings = self.container.config["settings"]
        client = connect(settings, pool=self.container.max_workers + 8)
        self.store = self.store_class(client, settings.database_prefix)

    def start(self) -> None:
        HEALTH.ready("database", lambda: self._indexed and self.store.reachable())
        if self.store_class.outboxes and self._relays:
            sweep = self.container.config["settings"].outbox_sweep_seconds
            self._relay = Relay(self.store.db, self.store_class.outboxes, self.outlet.publisher, sweep)
            self.store.relay = self._relay
            self.container.spawn_managed_thread(self._relay.watch, identifier="relay watch")
        self.container.spawn_managed_thread(self._run, identifier="indexes and relay")

    def stop(self) -> None:
        if self._relay is not None and self._indexed:
            self._relay.stop()

    def get_dependency(self, worker_ctx: Any) -> Store:
        return self.store

    def _run(self) -> None:
        self._make_indexes()
        if self._relay is not None:
            self._relay.run()

    def _make_indexes(self) -> None:
        while not self._indexed:
            try:
                self.store.ensure_indexes()
                self._indexed = True
            except PyMongoError as error:
                _log.warning("indexes wait for the database", reason=describe(error))
                eventlet.sleep(_PAUSE)
