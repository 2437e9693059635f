"""The collections ``case_files`` and ``evidence_texts``: the key of each case that has evidence, who may read the file
of a case that nobody reported, and what is said of evidence, sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pymongo import IndexModel, ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]

INDEXES = {
    "case_files": [
        IndexModel([("report_id", 1)], partialFilterExpression={"report_id": {"$exists": True}}),
        IndexModel([("data_key.desk.key_id", 1)], partialFilterExpression={"data_key.desk.key_id": {"$gt": ""}}),
    ],
    "evidence_texts": [IndexModel([("case_id", 1)])],
}

# Under this and the case's id its files are kept among the attachments: the id alone is that of its report.
_OWNER = "file-of-"


class Told(NamedTuple):
    """What a case that nobody reported told last. ``case``: as reports keep it of theirs."""

    case_id: str
    sequence: int
    case: Document


def owner_of(case_id: str) -> str:
    """The id under which files of evidence of this case are kept."""
    return f"{_OWNER}{case_id}"


class CaseFiles:
    """Files of cases; see README.md for the documents' form."""

    def __init__(self, database: Database[Document]) -> None:
        self._files, self._texts = database["case_files"], database["evidence_texts"]

    def know(self, told: Iterable[Told]) -> None:
        """Keep of each case what it told with the highest ``sequence``, in one write."""
        writes = [UpdateOne({"_id": one.case_id}, [_newest_wins(one)], upsert=True) for one in told]
        if writes:
            self._files.bulk_write(writes, ordered=False)

    def get(self, case_id: str) -> Document | None:
        """The file of this case."""
        return self._files.find_one({"_id": case_id})

    def of_owner(self, owner_id: str) -> Document | None:
        """The file that files are kept under ``owner_id`` for, if it is one of ``owner_of``."""
        return self.get(owner_id.removeprefix(_OWNER)) if owner_id.startswith(_OWNER) else None

    def give_key(self, case_id: str, data_key: Document, report_id: str | None) -> Document:
        """The file with this sealed key, or with the one that somebody gave it before."""
        new = {"data_key": data_key, **({"report_id": report_id} if report_id else {})}
        try:
            given = self._files.find_one_and_update(
                {"_id": case_id, "data_key": {"$exists": False}},
                {"$set": new},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            given = self.get(case_id)
        assert given is not None
        return given

    def of_report(self, report_id: str) -> list[Document]:
        """The files whose keys open with the key of this report."""
        return list(self._files.find({"report_id": report_id}))

    def erase(self, case_id: str) -> None:
        """Destroy the key of a file and remove its texts; again and again without harm. What is left is that there was
        a file."""
        self._files.update_one({"_id": case_id}, {"$unset": {"data_key": ""}})
        self._texts.delete_many({"case_id": case_id})

    def add_text(self, text: Document) -> bool:
        """Keep a sealed text; ``False`` when there is one of its id."""
        try:
            self._texts.insert_one(text)
        except DuplicateKeyError:
            return False
        return True

    def texts(self, case_id: str, ids: Sequence[str]) -> dict[str, bytes]:
        """Those of these sealed texts of a case that are there, by id."""
        if not ids:
            return {}
        found = self._texts.find({"_id": {"$in": list(ids)}, "case_id": case_id}, {"sealed": 1})
        return {text["_id"]: text["sealed"] for text in found}


def _newest_wins(told: Told) -> Document:
    older = {"$gt": [told.sequence, {"$ifNull": ["$sequence", 0]}]}
    newest = {"case": told.case, "sequence": told.sequence}
    return {"$set": {name: {"$cond": [older, {"$literal": value}, f"${name}"]} for name, value in newest.items()}}
