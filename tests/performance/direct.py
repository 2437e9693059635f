"""What an answer saved is measured against: the gateway's own application, whose save is made without RPC.

The same gunicorn, framework, route, sign-in, limits, validation, middleware and answer; in place of the call to quiz
the very write that quiz's store makes for it, from the gateway's own process. ``create_app`` makes it as anybody would
write it, by itself; ``create_grouped_app`` as quiz does, sharing its commit with other requests of the moment. Run
under gateway/gunicorn_conf.py.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo.collection import Collection

from chassis.database import connect
from contracts.call import Call
from contracts.fields import format_instant
from contracts.operation import Operation
from contracts.quiz import operations as quiz
from gateway.app import Application
from gateway.app import create_app as create_gateway
from gateway.parts import Rpc
from gateway.settings import load
from gateway.worker import parts_from_environment
from services.quiz.store import QuizStore

Save = Callable[[str, str, str, Any, int, datetime], bool]


class DirectSaves:
    """In the place of the RPC client: saves answers itself, asks the services everything else."""

    def __init__(self, rpc: Rpc, save: Save) -> None:
        self._rpc, self._save = rpc, save

    @property
    def connected(self) -> bool:
        return self._rpc.connected

    def call(self, operation: Operation, request: dict[str, Any], call: Call) -> dict[str, Any]:
        if operation is not quiz.save_answer:
            return self._rpc.call(operation, request, call)
        assert call.actor is not None
        place = request["attempt_id"], call.actor.id, request["question_id"]
        assert self._save(*place, request["answer"], request["sequence"], call.now)
        return {"sequence": request["sequence"], "saved_at": format_instant(call.now)}


def save_alone(attempts: Collection[dict[str, Any]]) -> Save:
    """What ``Attempts.save`` does, with a command of its own (tests/unit/performance compares the two)."""

    def save(id: str, person_id: str, question_id: str, answer: Any, sequence: int, now: datetime) -> bool:
        place = f"answers.{question_id}"
        guards = {
            "_id": id,
            "person_id": person_id,
            "state": "running",
            "locks_at": {"$gt": now},
            f"{place}.sequence": {"$not": {"$gte": sequence}},
        }
        saved = {"answer": answer, "sequence": sequence, "saved_at": now}
        return attempts.update_one(guards, {"$set": {place: saved}, "$inc": {"version": 1}}).matched_count == 1

    return save


def create_app() -> Application:
    """The application of one worker process, as ``gateway.app:create_app()``."""
    return _application(lambda store: save_alone(store.db["attempts"]))


def create_grouped_app() -> Application:
    """The same, whose saves share commits."""
    return _application(lambda store: store.attempts.save)


def _application(save_of: Callable[[QuizStore], Save]) -> Application:
    parts = parts_from_environment()
    _, chassis = load()
    store = QuizStore(connect(chassis, pool=parts.settings.threads), chassis.database_prefix)
    parts.rpc = DirectSaves(parts.rpc, save_of(store))
    return create_gateway(parts)
