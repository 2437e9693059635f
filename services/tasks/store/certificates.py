"""Certificates: by verification code, one a person and entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.paging import page

Document = dict[str, Any]

NEWEST_FIRST = [("issued_at", DESCENDING), ("_id", ASCENDING)]

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "certificates": [
        IndexModel([("person_id", ASCENDING), ("kind", ASCENDING), ("ref", ASCENDING)], unique=True),
        IndexModel([("person_id", ASCENDING), *NEWEST_FIRST], name="newest_of_person"),
    ],
}


class Certificates:
    """Written once; whether one still holds is told by the record."""

    def __init__(self, database: Database[Document]) -> None:
        self._certificates = database.certificates

    def add(self, document: Document, session: ClientSession | None) -> None:
        """Writes a certificate; ``DuplicateKeyError`` where the entry has one."""
        self._certificates.insert_one(document, session=session)

    def get(self, code: str) -> Document | None:
        """The certificate with this code."""
        return self._certificates.find_one({"_id": code})

    def of_entry(self, person_id: str, kind: str, ref: str) -> Document | None:
        """The certificate of this entry, if it has one."""
        return self._certificates.find_one({"person_id": person_id, "kind": kind, "ref": ref})

    def page(self, person_id: str, limit: int, cursor: str | None) -> Document:
        """A page of a person's certificates, newest first."""
        return page(self._certificates, {"person_id": person_id}, NEWEST_FIRST, limit, cursor)
