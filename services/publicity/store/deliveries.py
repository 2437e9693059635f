"""Deliveries: claimed, ended, postponed and asked for again, each by one guarded write.

``next_attempt_at`` and ``lease_until`` are absent unless they mean something, so that their indexes hold only
what is due or under way. Every write raises ``version``: it is what a request for a further attempt is
guarded by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, ReturnDocument

from chassis import Store
from chassis.paging import page
from chassis.refusals import Stale
from contracts.event import Draft
from services.publicity.model.deliveries import (
    CLAIMABLE,
    LIVE,
    PENDING,
    SENDING,
    SUBMIT,
    WITHDRAW,
    WITHDRAWN,
    After,
)

Document = dict[str, Any]


class DeliveriesStore(Store):
    """The collection ``deliveries``."""

    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "deliveries": [
            IndexModel([("publication_id", ASCENDING), ("_id", ASCENDING)], name="of_publication"),
            IndexModel(
                [("publication_id", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)],
                name="of_publication_by_state",
            ),
            IndexModel([("publication_id", ASCENDING), ("wanted", ASCENDING)], name="wanted"),
            IndexModel(
                [("next_attempt_at", ASCENDING), ("channel_id", ASCENDING)],
                name="due",
                partialFilterExpression={"next_attempt_at": {"$exists": True}},
            ),
            IndexModel(
                [("channel_id", ASCENDING), ("next_attempt_at", ASCENDING)],
                name="due_of_channel",
                partialFilterExpression={"next_attempt_at": {"$exists": True}},
            ),
            IndexModel(
                [("lease_until", ASCENDING)],
                name="under_way",
                partialFilterExpression={"lease_until": {"$exists": True}},
            ),
        ]
    }

    def add_deliveries(self, deliveries: Iterable[tuple[Document, Draft]]) -> int:
        """Insert deliveries, each with its first request, in one bulk write; how many of them were new."""
        batch = [(delivery, [requested]) for delivery, requested in deliveries]
        return len(batch) - len(self.aggregates("deliveries").insert_many(batch))

    def deliveries(self, publication_id: str, state: str | None, limit: int, cursor: str | None) -> Document:
        """A page of the deliveries of one publication."""
        wanted = {"publication_id": publication_id, **({"state": state} if state else {})}
        return page(self.db.deliveries, wanted, sort=[("_id", ASCENDING)], limit=limit, cursor=cursor)

    def claim(self, delivery_id: str, action: str, attempt: int, now: datetime, lease: float) -> Document | None:
        """Make attempt number ``attempt`` ours until the lease ends; None when it is not to be made (any more)."""
        return self.db.deliveries.find_one_and_update(
            {
                "_id": delivery_id,
                "action": action,
                "attempts": attempt - 1,
                "state": {"$in": list(CLAIMABLE[action])},
            },
            [
                {
                    "$set": {
                        "before": "$state",
                        "state": SENDING,
                        "attempts": {"$add": ["$attempts", 1]},
                        "tries": {"$add": ["$tries", 1]},
                        "version": {"$add": ["$version", 1]},
                        "lease_until": now + timedelta(seconds=lease),
                        "updated_at": now,
                    }
                },
                {"$unset": "next_attempt_at"},
            ],
            return_document=ReturnDocument.AFTER,
        )

    def finish(self, claimed: Document, after: After, now: datetime) -> bool:
        """End a claimed attempt; False when it is no longer ours. What was to be withdrawn meanwhile becomes due."""
        guard = {"_id": claimed["_id"], "state": SENDING, "attempts": claimed["attempts"]}
        fields: Document = {
            "state": after.state,
            "last_error": {"$literal": after.error},
            "next_attempt_at": after.next_attempt_at or "$$REMOVE",
            "lease_until": "$$REMOVE",
            "before": "$$REMOVE",
            "version": {"$add": ["$version", 1]},
            "updated_at": now,
        }
        if after.state == LIVE and claimed["action"] == SUBMIT:
            fields["remote_id"] = {"$literal": after.remote_id}
            fields["remote_url"] = {"$literal": after.remote_url}
        if claimed["action"] == SUBMIT and after.state != WITHDRAWN:
            fields |= _turned_round(now, fields["next_attempt_at"])
        ended = self.db.deliveries.update_one(guard, [{"$set": fields}])
        return ended.matched_count == 1

    def postpone(self, delivery_id: str, action: str, attempt: int, until: datetime) -> None:
        """Make an attempt that was not begun due later; nothing when it was begun meanwhile."""
        self.db.deliveries.update_one(
            {
                "_id": delivery_id,
                "action": action,
                "attempts": attempt - 1,
                "state": {"$in": list(CLAIMABLE[action])},
            },
            {"$set": {"next_attempt_at": until}, "$inc": {"version": 1}},
        )

    def channels_with_due(self, now: datetime) -> list[str]:
        """The channels for which an attempt is due; answered by the index alone."""
        due: list[Document] = [
            {"$match": {"next_attempt_at": {"$lte": now}}},
            {"$project": {"_id": 0, "channel_id": 1}},
            {"$group": {"_id": "$channel_id"}},
        ]
        return [found["_id"] for found in self.db.deliveries.aggregate(due)]

    def due_deliveries(self, channel_id: str, now: datetime, limit: int) -> list[Document]:
        """Those of a channel whose next attempt is due, the longest due first."""
        due = {"channel_id": channel_id, "next_attempt_at": {"$lte": now}}
        return list(self.db.deliveries.find(due).sort("next_attempt_at", ASCENDING).limit(limit))

    def stuck_deliveries(self, now: datetime, limit: int) -> list[Document]:
        """Those whose attempt was begun and never ended: its process is gone, or it is forgotten."""
        stuck = {"lease_until": {"$lte": now}}
        return list(self.db.deliveries.find(stuck).sort("lease_until", ASCENDING).limit(limit))

    def request_again(self, delivery: Document, requested: Draft) -> bool:
        """Ask for the due attempt, once; False when the delivery has moved on meanwhile."""
        try:
            self.aggregates("deliveries").update(delivery, {"$unset": {"next_attempt_at": ""}}, [requested])
        except Stale:
            return False
        return True

    def order_withdrawal(self, publication_id: str, now: datetime) -> int:
        """Turn every delivery of a publication round; how many were turned. Running it again turns none
        twice.

        What was never tried is withdrawn at once, what is under way turns round when it ends, the rest is due
        now.
        """
        untouched = {"$and": [{"$eq": ["$state", PENDING]}, {"$eq": ["$attempts", 0]}]}
        stays = {"$or": [untouched, {"$in": ["$state", [SENDING, WITHDRAWN]]}]}
        turned = self.db.deliveries.update_many(
            {"publication_id": publication_id, "wanted": LIVE},
            [
                {
                    "$set": {
                        "wanted": WITHDRAWN,
                        "action": {"$cond": [stays, "$action", WITHDRAW]},
                        "tries": {"$cond": [stays, "$tries", 0]},
                        "next_attempt_at": {"$cond": [stays, "$$REMOVE", now]},
                        "state": {"$cond": [untouched, WITHDRAWN, "$state"]},
                        "version": {"$add": ["$version", 1]},
                        "updated_at": now,
                    }
                }
            ],
        )
        return turned.modified_count


def _turned_round(now: datetime, next_attempt_at: Any) -> Document:
    """The fields of a submission that ends after its withdrawal was ordered: the next attempt takes it back."""
    ordered = {"$eq": ["$wanted", WITHDRAWN]}
    return {
        "action": {"$cond": [ordered, WITHDRAW, "$action"]},
        "tries": {"$cond": [ordered, 0, "$tries"]},
        "next_attempt_at": {"$cond": [ordered, now, next_attempt_at]},
    }
