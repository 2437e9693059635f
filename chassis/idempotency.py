"""Idempotency keys: the same request twice has one effect and one answer, kept with the effect in one transaction.

After https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.ids import derived_id
from chassis.refusals import IdempotencyKeyReused
from contracts.call import Call
from contracts.operation import Operation

COLLECTION = "idempotency"
KEPT_SECONDS = 48 * 3600
INDEXES = [IndexModel([("at", 1)], name="forgotten_after_48_hours", expireAfterSeconds=KEPT_SECONDS)]

Effect = Callable[[ClientSession | None], dict[str, Any]]
Transaction = Callable[[Callable[[ClientSession], Any]], Any]


def once(
    database: Database[Any],
    transaction: Transaction,
    call: Call,
    request: Mapping[str, Any],
    operation: Operation,
    effect: Effect,
) -> dict[str, Any]:
    """``effect(session)``'s answer; for a key seen before, the answer given then, without any effect.

    Raises ``IdempotencyKeyReused`` when the key came with another request. ``effect`` may be run again when its
    transaction is, so it must do nothing outside of it.
    """
    if call.idempotency_key is None:
        return effect(None)
    records = database[COLLECTION]
    key = derived_id(operation.routing_key, call.actor.id if call.actor else "", call.idempotency_key)
    fingerprint = hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
    known = records.find_one({"_id": key})
    if known is None:

        def run(session: ClientSession) -> dict[str, Any]:
            # The record comes first: of two requests at once the second fails here, before its effect.
            records.insert_one({"_id": key, "fingerprint": fingerprint, "at": call.now}, session=session)
            answer = effect(session)
            records.update_one({"_id": key}, {"$set": {"answer": answer}}, session=session)
            return answer

        try:
            done: dict[str, Any] = transaction(run)
            return done
        except DuplicateKeyError:
            known = records.find_one({"_id": key})
            if known is None:
                raise
    if known["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused
    answer: dict[str, Any] = known["answer"]
    return answer
