"""A role that one process at a time holds, for a limited time, by the database's clock."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis import ids

# Where it runs, for whoever asks who has a role; the id tells two lives of one process number apart.
_HOLDER = f"{socket.gethostname()}:{os.getpid()}:{ids.new_id()}"
_COLLECTION = "leases"


class Lease:
    """A document ``{_id: role, holder, until, rival_until}``; whoever finds it expired takes it over.

    ``holder`` is ``<host>:<process id>:<unique>``.

    A holder that was frozen past its time may act at the same time as its successor for a moment, so what is done
    under a lease must bear being done twice.
    """

    def __init__(self, database: Database[Any], role: str, seconds: float, holder: str = _HOLDER) -> None:
        self._collection = database[_COLLECTION]
        self._role = role
        self.seconds = seconds
        self._holder = holder
        self._until = 0.0
        self._asked = 0.0
        self.contested = False

    @property
    def held(self) -> bool:
        """Whether the role is ours now, by our own clock, counted from before we asked for it."""
        return time.monotonic() < self._until

    def hold(self, *, renew_after: float = 0.0) -> bool:
        """Takes or keeps the role; asks the database only when ``renew_after`` seconds have passed since it did."""
        asked = time.monotonic()
        if asked - self._asked < renew_after:
            return self.held
        self._asked = asked
        try:
            document = self._ask()
        except DuplicateKeyError:
            # Two processes made the document at the same moment, and the other was first.
            self._until = 0.0
            return False
        won: bool = document["holder"] == self._holder
        self.contested = bool(document["contested"])
        self._until = asked + self.seconds if won else 0.0
        return won

    def release(self) -> None:
        """Gives the role up, so that another process need not wait for its end."""
        self._until = self._asked = 0.0
        self._collection.update_one({"_id": self._role, "holder": self._holder}, [{"$set": {"until": "$$NOW"}}])

    def _ask(self) -> Any:
        milliseconds = round(self.seconds * 1000)
        free = {"$or": [{"$eq": ["$holder", self._holder]}, {"$lte": [{"$ifNull": ["$until", "$$NOW"]}, "$$NOW"]}]}
        return self._collection.find_one_and_update(
            {"_id": self._role},
            [
                {"$set": {"_free": free}},
                {
                    "$set": {
                        "holder": {"$cond": ["$_free", self._holder, "$holder"]},
                        "until": {"$cond": ["$_free", {"$add": ["$$NOW", milliseconds]}, "$until"]},
                        "rival_until": {"$cond": ["$_free", "$rival_until", {"$add": ["$$NOW", milliseconds]}]},
                    }
                },
                {"$set": {"contested": {"$gt": ["$rival_until", "$$NOW"]}}},
                {"$unset": "_free"},
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
