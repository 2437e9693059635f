"""A service that does nothing but tick, for tests of periodic work and of work at the start."""

from __future__ import annotations

import os

from chassis import Database, Store, at_start, every


class ClocktowerStore(Store):
    database_name = "clocktower"


class Clocktower:
    """Writes down each tick with the process that made it; one of its tasks always fails."""

    name = "clocktower"
    store = Database(ClocktowerStore)

    @at_start
    def wind(self):
        self.store.db.windings.insert_one({"pid": os.getpid()})

    @at_start
    def oil(self):
        can = "of sperm oil"
        raise ValueError(f"a can {can} is empty")

    @every(seconds=0.1, role="tick")
    def tick(self, now):
        self.store.db.ticks.insert_one({"at": now, "pid": os.getpid()})

    @every(seconds=0.1)
    def chime(self, now):
        self.store.db.chimes.insert_one({"at": now, "pid": os.getpid()})

    @every(seconds=3600, role="strike")
    def strike(self, now):
        self.store.db.strikes.insert_one({"at": now, "pid": os.getpid()})

    @every(seconds=0.1, role="stumble")
    def stumble(self, now):
        self.store.db.stumbles.insert_one({"at": now, "pid": os.getpid()})
        rope = "of hemp"
        raise ValueError(f"a bell rope {rope} broke")
