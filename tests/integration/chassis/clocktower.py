"""A service that does nothing but tick, for tests of periodic work."""

from __future__ import annotations

import os

from chassis import Database, Store, every


class ClocktowerStore(Store):
    database_name = "clocktower"


class Clocktower:
    """Writes down each tick with the process that made it; one of its tasks always fails."""

    name = "clocktower"
    store = Database(ClocktowerStore)

    @every(seconds=0.1, role="tick")
    def tick(self, now):
        self.store.db.ticks.insert_one({"at": now, "pid": os.getpid()})

    @every(seconds=0.1, role="stumble")
    def stumble(self, now):
        self.store.db.stumbles.insert_one({"at": now, "pid": os.getpid()})
        rope = "of hemp"
        raise ValueError(f"a bell rope {rope} broke")
