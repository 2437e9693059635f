"""What an answer saved is measured against: the gateway's own application, whose save is made without RPC.

The same gunicorn, framework, route, sign-in, limits, validation, middleware and answer; in place of the call to quiz
the very write that quiz's store makes for it, from the gateway's own process, grouped with others as it is there: what
makes quiz's writes cheaper makes these cheaper, too. Run under gateway/gunicorn_conf.py.
"""

from typing import Any

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
from services.quiz.store.attempts import Attempts


class DirectSaves:
    """In the place of the RPC client: saves answers itself, asks the services everything else."""

    def __init__(self, rpc: Rpc, attempts: Attempts) -> None:
        self._rpc, self._attempts = rpc, attempts

    @property
    def connected(self) -> bool:
        return self._rpc.connected

    def call(self, operation: Operation, request: dict[str, Any], call: Call) -> dict[str, Any]:
        if operation is not quiz.save_answer:
            return self._rpc.call(operation, request, call)
        assert call.actor is not None
        place = request["attempt_id"], call.actor.id, request["question_id"]
        assert self._attempts.save(*place, request["answer"], request["sequence"], call.now)
        return {"sequence": request["sequence"], "saved_at": format_instant(call.now)}


def create_app() -> Application:
    """The application of one worker process, as ``gateway.app:create_app()``."""
    parts = parts_from_environment()
    _, chassis = load()
    store = QuizStore(connect(chassis, pool=parts.settings.threads), chassis.database_prefix)
    parts.rpc = DirectSaves(parts.rpc, store.attempts)
    return create_gateway(parts)
