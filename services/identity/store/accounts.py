"""The collection ``accounts``: what a person proves themself with. Apart from ``people``, so that no list shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import IndexModel, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

Document = dict[str, Any]

# Everything is found by ``_id``, the person's.
INDEXES: dict[str, list[IndexModel]] = {"accounts": []}

# Devices remembered per account; the one used longest ago makes room.
MOST_DEVICES = 10


@dataclass(frozen=True)
class Activation:
    """A code that was handed out, as its keyed hash."""

    person_id: str
    digest: str
    expires_at: datetime


class Accounts:
    """Documents ``{_id, password_hash, password_set_at, activation, totp, totp_pending, devices}``, each part absent
    until there is something to keep."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def get(self, person_id: str) -> Document:
        """The account; an empty one when there is none. Asked for nobody as well, so that both cost the same."""
        return self._collection.find_one({"_id": person_id}) or {}

    def with_password(self, ids: Sequence[str]) -> set[str]:
        """Those of the people who have a password."""
        found = self._collection.find({"_id": {"$in": list(ids)}, "password_hash": {"$exists": True}}, {"_id": 1})
        return {account["_id"] for account in found}

    def set_password(
        self, person_id: str, password_hash: str, now: datetime, session: ClientSession | None = None
    ) -> None:
        """A new password; an activation code that is still out is void."""
        self._collection.update_one(
            {"_id": person_id},
            {"$set": {"password_hash": password_hash, "password_set_at": now}, "$unset": {"activation": 1}},
            upsert=True,
            session=session,
        )

    def replace_hash(self, person_id: str, old: str, new: str) -> None:
        """The same password, hashed with today's parameters; nothing when it was changed meanwhile."""
        self._collection.update_one({"_id": person_id, "password_hash": old}, {"$set": {"password_hash": new}})

    def put_activations(self, activations: Sequence[Activation]) -> None:
        """New codes in place of older ones."""
        self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": one.person_id},
                    {"$set": {"activation": {"digest": one.digest, "expires_at": one.expires_at}}},
                    upsert=True,
                )
                for one in activations
            ],
            ordered=False,
        )

    def redeem(self, person_id: str, digest: str, password_hash: str, now: datetime, session: ClientSession) -> bool:
        """Sets the password if the code is still there; once."""
        done = self._collection.update_one(
            {"_id": person_id, "activation.digest": digest},
            {"$set": {"password_hash": password_hash, "password_set_at": now}, "$unset": {"activation": 1}},
            session=session,
        )
        return done.modified_count == 1

    def put_pending_totp(self, person_id: str, sealed: bytes) -> None:
        """A secret that the person has not yet shown to have."""
        self._collection.update_one({"_id": person_id}, {"$set": {"totp_pending": sealed}}, upsert=True)

    def turn_on_totp(self, person_id: str, sealed: bytes, step: int, recovery: Sequence[str]) -> bool:
        """The pending secret becomes the account's; False when it is no longer the pending one."""
        done = self._collection.update_one(
            {"_id": person_id, "totp_pending": sealed},
            {
                "$set": {"totp": {"sealed": sealed, "last_step": step, "recovery": list(recovery)}},
                "$unset": {"totp_pending": 1},
            },
        )
        return done.modified_count == 1

    def turn_off_totp(self, person_id: str) -> bool:
        """Whether it was on."""
        done = self._collection.update_one({"_id": person_id}, {"$unset": {"totp": 1, "totp_pending": 1}})
        return done.modified_count == 1

    def use_totp_step(self, person_id: str, step: int) -> bool:
        """Takes a time step; False when it, or a later one, was used before."""
        done = self._collection.update_one(
            {"_id": person_id, "totp.last_step": {"$lt": step}}, {"$set": {"totp.last_step": step}}
        )
        return done.modified_count == 1

    def use_recovery_code(self, person_id: str, digest: str) -> bool:
        """Takes a recovery code; False when it is not (or no longer) one."""
        done = self._collection.update_one(
            {"_id": person_id, "totp.recovery": digest}, {"$pull": {"totp.recovery": digest}}
        )
        return done.modified_count == 1

    def put_device(self, person_id: str, digest: str, expires_at: datetime, now: datetime) -> None:
        """Remembers a device; expired ones go, and the eldest when there are too many."""
        kept = {"$filter": {"input": {"$ifNull": ["$devices", []]}, "cond": {"$gt": ["$$this.expires_at", now]}}}
        devices = {
            "$slice": [
                {"$concatArrays": [kept, [{"digest": digest, "expires_at": expires_at}]]},
                -MOST_DEVICES,
            ]
        }
        self._collection.update_one({"_id": person_id}, [{"$set": {"devices": devices}}])

    def forget_devices(self, person_id: str) -> None:
        """No device is known any more."""
        self._collection.update_one({"_id": person_id}, {"$unset": {"devices": 1}})
