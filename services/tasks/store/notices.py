"""Notices, what waits on cases to become notices, and each person's mailbox: when their next mail is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from chassis.paging import page
from services.tasks.model.listing import Reader, Wanted
from services.tasks.store.listing import ORDERINGS, matching

Document = dict[str, Any]

NEWEST_FIRST = [("at", DESCENDING), ("_id", DESCENDING)]
KEPT = timedelta(days=180)

# On a case: the causes that have not become notices yet.
WAITING = "to_notify"
_WAITS = {f"{WAITING}.0.id": {"$exists": True, "$gt": ""}}

# Holds the cases alone of which somebody has yet to be told.
CASES_INDEXES = [
    IndexModel(
        [(f"{WAITING}.0.id", ASCENDING)],
        name="to_notify",
        partialFilterExpression={f"{WAITING}.0.id": {"$exists": True}},
    )
]
PEOPLE_INDEXES = [
    IndexModel(
        [("roles", ASCENDING), ("_id", ASCENDING)], name="active_of_role", partialFilterExpression={"active": True}
    )
]
INDEXES = {
    "notices": [
        IndexModel([("person_id", ASCENDING), *NEWEST_FIRST], name="newest_of_person"),
        IndexModel(
            [("person_id", ASCENDING), ("unread", ASCENDING), *NEWEST_FIRST],
            name="unread_of_person",
            partialFilterExpression={"unread": True},
        ),
        IndexModel(
            [("person_id", ASCENDING), ("mail_from", ASCENDING)],
            name="unmailed_of_person",
            partialFilterExpression={"mail_from": {"$exists": True}},
        ),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    ],
    "mailboxes": [
        IndexModel([("due_at", ASCENDING)], partialFilterExpression={"due_at": {"$exists": True}}),
    ],
}

_DUPLICATE_KEY = 11000
_EARLIEST = datetime.min


class Notices:
    """Documents ``{_id, person_id, kind, case_id, number, at, forget_at}``, and ``unread`` until they are read,
    ``mail_from`` until they are mailed or need not be.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._cases = db["cases"]
        self._people = db["people"]
        self._notices = db["notices"]

    # -- causes that wait on cases

    def waiting_cases(self, limit: int) -> list[Document]:
        """The cases of which somebody has waited longest to be told, without their histories."""
        found = self._cases.find(_WAITS, {"history": 0}).sort(f"{WAITING}.0.id", ASCENDING)
        return list(found.hint("to_notify").limit(limit))

    def told(self, causes: Mapping[str, Sequence[str]]) -> None:
        """Takes these causes off their cases, which neither changes a version nor tells anybody."""
        writes = [
            UpdateOne({"_id": case_id}, {"$pull": {WAITING: {"id": {"$in": list(ids)}}}})
            for case_id, ids in causes.items()
        ]
        if writes:
            self._cases.bulk_write(writes, ordered=False)

    def cases(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of these cases that there are, without their histories, by id."""
        found = self._cases.find({"_id": {"$in": list(ids)}}, {"history": 0})
        return {case["_id"]: case for case in found}

    def active_with_roles(self, roles: Iterable[str], session: ClientSession | None = None) -> list[Document]:
        """All active people with one of these roles."""
        return list(self._people.find({"roles": {"$in": sorted(roles)}, "active": True}, session=session))

    # -- notices

    def add(self, notices: Sequence[Document]) -> int:
        """Inserts those that are new; how many were there before."""
        if not notices:
            return 0
        try:
            self._notices.insert_many(notices, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if error.details["writeConcernErrors"] or any(one["code"] != _DUPLICATE_KEY for one in failures):
                raise
            return len(failures)
        return 0

    def page(self, person_id: str, unread: bool | None, limit: int, cursor: str | None) -> Document:
        """A page of a person's notices, newest first."""
        wanted: Document = {"person_id": person_id}
        if unread is not None:
            # Written so for read ones that no partial index has.
            wanted["unread"] = True if unread else {"$exists": False}
        return page(self._notices, wanted, sort=NEWEST_FIRST, limit=limit, cursor=cursor)

    def unread_by_case(self, person_id: str) -> list[Document]:
        """How many unread notices of each kind the person has about each case: ``{case_id, kind, of_file, count}``."""
        told_apart = ("case_id", "kind", "of_file")
        groups = self._notices.aggregate(
            [
                {"$match": {"person_id": person_id, "unread": True}},
                {"$group": {"_id": [f"${name}" for name in told_apart], "count": {"$sum": 1}}},
            ],
            hint="unread_of_person",
        )
        return [{**dict(zip(told_apart, group["_id"], strict=True)), "count": group["count"]} for group in groups]

    def get(self, person_id: str, notice_id: str) -> Document | None:
        """The person's own notice."""
        return self._notices.find_one({"_id": notice_id, "person_id": person_id})

    def read(self, person_id: str, ids: Sequence[str]) -> None:
        """These notices of the person are read, and so need no mail."""
        self._read({"_id": {"$in": list(ids)}, "person_id": person_id, "unread": True})

    def read_up_to(self, newest: Document) -> None:
        """This notice is read, and so is every older one of the same person."""
        older = {"$or": [{"at": {"$lt": newest["at"]}}, {"at": newest["at"], "_id": {"$lte": newest["_id"]}}]}
        bound = {"at": {"$lte": newest["at"]}}
        self._read({"person_id": newest["person_id"], "unread": True, **bound, **older})

    def unmailed(self, person_id: str, limit: int) -> list[Document]:
        """What is still to be mailed to the person, those first that may be told of first."""
        wanted = {"person_id": person_id, "mail_from": {"$exists": True, "$gt": _EARLIEST}}
        found = self._notices.find(wanted, {"kind": 1, "case_id": 1, "number": 1, "mail_from": 1, "of_file": 1})
        return list(found.sort("mail_from", ASCENDING).hint("unmailed_of_person").limit(limit))

    def need_no_mail(self, ids: Iterable[str]) -> None:
        """These notices were mailed, or are not to be."""
        self._notices.update_many({"_id": {"$in": list(ids)}}, {"$unset": {"mail_from": ""}})

    def need_no_mail_at_all(self, person_id: str) -> None:
        """Nothing that the person has now is to be mailed."""
        wanted = {"person_id": person_id, "mail_from": {"$exists": True, "$gt": _EARLIEST}}
        self._notices.update_many(wanted, {"$unset": {"mail_from": ""}}, hint="unmailed_of_person")

    def opened_between(self, since: datetime, until: datetime, reader: Reader, most: int) -> int:
        """How many cases that the reader may know of were opened from ``since`` to before ``until``, up to ``most``."""
        query = matching(Wanted(opened_from=since, opened_to=until), reader, until)
        return self._cases.count_documents(query, limit=most, hint=ORDERINGS["newest"].index)

    def _read(self, wanted: Document) -> None:
        change = {"$unset": {"unread": "", "mail_from": ""}}
        self._notices.update_many(wanted, change)


class Mailboxes:
    """Documents ``{_id: person, due_at?, touched, settings?, version?, opened_to?, not_before?, claim?, attempts?,
    sending?, sent?}``.

    ``due_at``: when the next mail is due, absent when none is. ``touched`` counts what brought it forward, so that who
    puts it off learns of it. ``not_before``: until then somebody is at it, or it is waited for another attempt.
    ``sending``: what a mail says whose answer is not known; ``sent``: the notices in a mail that was taken, until they
    are marked so.
    """

    def __init__(self, db: Database[Document]) -> None:
        self._mailboxes = db["mailboxes"]
        self._counters = db["counters"]

    def get(self, person_id: str) -> Document | None:
        """The person's mailbox."""
        return self._mailboxes.find_one({"_id": person_id})

    def of(self, person_ids: Iterable[str]) -> dict[str, Document]:
        """Those of these people's mailboxes that there are."""
        found = self._mailboxes.find({"_id": {"$in": list(person_ids)}})
        return {mailbox["_id"]: mailbox for mailbox in found}

    def set(self, person_id: str, settings: Document, version: int, due_at: datetime | None) -> bool:
        """What the person wants from now on; False when the settings have another version than ``version`` by now."""
        expected = version or {"$exists": False}
        change: Document = {"$set": {"settings": settings, "version": version + 1}, "$inc": {"touched": 1}}
        if due_at is None:
            change["$unset"] = {"due_at": ""}
        else:
            change["$set"]["due_at"] = due_at
        if version == 0:
            self._mailboxes.update_one({"_id": person_id}, {"$setOnInsert": {"touched": 0}}, upsert=True)
        return self._mailboxes.update_one({"_id": person_id, "version": expected}, change).matched_count == 1

    def expect(self, due: Mapping[str, datetime], opened_to: datetime | None = None) -> None:
        """A mail is due to each of these people at this time, or before. ``opened_to``: of whom no openings were
        counted yet, they count from here.
        """
        writes: list[UpdateOne | UpdateMany] = [
            UpdateOne({"_id": person_id}, {"$min": {"due_at": due_at}, "$inc": {"touched": 1}}, upsert=True)
            for person_id, due_at in due.items()
        ]
        if opened_to is not None:
            uncounted = {"_id": {"$in": list(due)}, "opened_to": {"$exists": False}}
            writes.append(UpdateMany(uncounted, {"$set": {"opened_to": opened_to}}))
        if due:
            self._mailboxes.bulk_write(writes, ordered=False)

    def claim(self, now: datetime, until: datetime, claim: str) -> Document | None:
        """The mailbox that has been due longest and that nobody is at; it is the caller's ``until`` then."""
        free = {"$or": [{"not_before": {"$exists": False}}, {"not_before": {"$lte": now}}]}
        return self._mailboxes.find_one_and_update(
            {"due_at": {"$lte": now}, **free},
            {"$set": {"not_before": until, "claim": claim}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )

    def begin(self, mailbox: Document, sending: Document) -> bool:
        """Keeps what is about to be sent; False when it is somebody else's by now."""
        return self._change(mailbox, {"$set": {"sending": sending}})

    def taken(self, mailbox: Document, ids: Sequence[str], opened_to: datetime) -> bool:
        """The server has the mail: the one write after which it is not sent again."""
        change = {"$set": {"sent": list(ids), "opened_to": opened_to}, "$unset": {"sending": "", "attempts": ""}}
        return self._change(mailbox, change)

    def finish(
        self, mailbox: Document, due_at: datetime | None, opened_to: datetime | None = None, *, again: bool = False
    ) -> bool:
        """Nothing is left to do until ``due_at``; False when the mailbox was touched since it was read. ``again``: then
        the very mail that was sent before, which may have arrived, is to be sent.
        """
        change: Document = {"$unset": {"claim": "", "not_before": "", "sent": "", "attempts": ""}}
        if not again:
            change["$unset"]["sending"] = ""
        if opened_to is not None:
            change["$set"] = {"opened_to": opened_to}
        if due_at is None:
            change["$unset"]["due_at"] = ""
        else:
            change.setdefault("$set", {})["due_at"] = due_at
        return self._change(mailbox, change, touched=mailbox.get("touched", 0))

    def put_off(self, mailbox: Document, until: datetime, attempts: int, *, again: bool) -> bool:
        """Another attempt is made at ``until``. ``again``: with the very mail that was sent, which may have arrived."""
        change: Document = {"$set": {"not_before": until, "attempts": attempts}, "$unset": {"claim": ""}}
        if not again:
            change["$unset"]["sending"] = ""
        return self._change(mailbox, change)

    # -- the mail server

    def server_rests_until(self) -> tuple[datetime | None, int]:
        """Until when the mail server is left alone, and how often it failed in a row."""
        state = self._counters.find_one({"_id": "mail_server"})
        return (state["not_before"], state["failures"]) if state else (None, 0)

    def server_failed(self, until: datetime, failures: int) -> None:
        """The mail server is left alone for a while."""
        change = {"$set": {"not_before": until, "failures": failures}}
        self._counters.update_one({"_id": "mail_server"}, change, upsert=True)

    def server_works(self) -> None:
        """The mail server took a mail."""
        self._counters.delete_one({"_id": "mail_server"})

    def _change(self, mailbox: Document, change: Document, **more: Any) -> bool:
        wanted = {"_id": mailbox["_id"], "claim": mailbox["claim"], **more}
        return self._mailboxes.update_one(wanted, change).matched_count == 1
