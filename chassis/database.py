"""``store = Database(ReportsStore)``: a service's own database, its indexes, its outboxes and their relay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pymongo import IndexModel, MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure, PyMongoError

from chassis import idempotency, tracing
from chassis.config import Settings
from chassis.outbox.aggregates import Aggregates
from chassis.outbox.pending import PENDING_INDEX, Document, Pending
from contracts.call import Call
from contracts.operation import Operation

if TYPE_CHECKING:
    from chassis.outbox.relay import Relay

T = TypeVar("T")
S = TypeVar("S", bound="Store")

_NAMESPACE_EXISTS = 48


def connect(settings: Settings, *, pool: int) -> MongoClient[Document]:
    """A client whose 2xx means durable: majority, journalled. Connects on first use, never here."""
    return MongoClient(
        settings.mongo_uri,
        appname="mingjing",
        connect=False,
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        retryReads=True,
        maxPoolSize=pool,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=20_000,
    )


class Store:
    """Base of a service's store, the one place that knows its collections.

    ``database_name``: the service's own database (behind ``DATABASE_PREFIX``). ``indexes``: by collection.
    ``outboxes``: the collections whose documents may carry pending events.
    """

    database_name: ClassVar[str]
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {}
    outboxes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, client: MongoClient[Document], prefix: str = "") -> None:
        self.client = client
        self.db = client[f"{prefix}{self.database_name}"]
        # Without one, events stay in their documents until some process with a relay finds them.
        self.relay: Relay | None = None
        self._aggregates = {
            name: Aggregates(self.db[name], partial(self._hand_over, name), tracing.current) for name in self.outboxes
        }

    def aggregates(self, name: str) -> Aggregates:
        """The collection ``name``, one of ``outboxes``, for writes that emit events."""
        return self._aggregates[name]

    def transaction(self, run: Callable[[ClientSession], T]) -> T:
        """``run(session)`` in a transaction, retried on conflicts; it must have no side effect outside."""
        with self.client.start_session() as session:
            done = session.with_transaction(run)
        if self.relay is not None:
            self.relay.look()
        return done

    def once(
        self,
        call: Call,
        request: Mapping[str, Any],
        operation: Operation,
        effect: Callable[[ClientSession | None], dict[str, Any]],
    ) -> dict[str, Any]:
        """The answer of ``effect``, honouring the call's idempotency key; see ``chassis.idempotency``."""
        return idempotency.once(self.db, self.transaction, call, request, operation, effect)

    def ensure_indexes(self) -> None:
        """Creates the collections (a transaction cannot) and their indexes, where they are missing."""
        existing = set(self.db.list_collection_names())
        wanted: dict[str, list[IndexModel]] = {name: list(models) for name, models in self.indexes.items()}
        for name in self.outboxes:
            wanted.setdefault(name, []).append(PENDING_INDEX)
        wanted.setdefault(idempotency.COLLECTION, []).extend(idempotency.INDEXES)
        for name, models in wanted.items():
            if name not in existing:
                self._create(name)
            if models:
                self.db[name].create_indexes(models)

    def reachable(self) -> bool:
        """Whether the database answers as a primary now."""
        try:
            return bool(self.client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    def _hand_over(self, outbox: str, written: Sequence[Pending]) -> None:
        if self.relay is not None:
            self.relay.hand_over(outbox, written)

    def _create(self, name: str) -> None:
        try:
            self.db.create_collection(name, check_exists=False)
        except OperationFailure as error:
            # Another replica was first.
            if error.code != _NAMESPACE_EXISTS:
                raise
