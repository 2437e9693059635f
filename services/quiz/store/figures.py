"""What is computed from an exam's graded attempts, kept until there are more of them or they are marked anew; and who
looked at the hints, and what they made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

Document = dict[str, Any]


class Figures:
    """``figures``: ``_id`` ``<kind>:<exam id>``, ``stamp``, ``content``. ``hint_looks``: who saw an exam's hints when.
    ``hint_judgements``: what a person made of one.
    """

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "figures": [],
        "hint_looks": [IndexModel([("exam_id", ASCENDING), ("_id", DESCENDING)])],
        "hint_judgements": [IndexModel([("exam_id", ASCENDING), ("_id", ASCENDING)])],
    }

    def __init__(self, db: Database[Document]) -> None:
        self._figures = db["figures"]
        self._looks = db["hint_looks"]
        self._judgements = db["hint_judgements"]

    def kept(self, kind: str, exam_id: str, stamp: list[int]) -> Document | None:
        """What was computed of exactly this state of the exam, or None."""
        found = self._figures.find_one({"_id": f"{kind}:{exam_id}"})
        return found["content"] if found and found["stamp"] == stamp else None

    def keep(self, kind: str, exam_id: str, stamp: list[int], content: Document) -> None:
        """Keeps it in the place of what was computed before."""
        id = f"{kind}:{exam_id}"
        self._figures.replace_one({"_id": id}, {"_id": id, "stamp": stamp, "content": content}, upsert=True)

    def looked(self, id: str, exam_id: str, person_id: str, now: datetime) -> None:
        """Records that the person saw the exam's hints."""
        self._looks.insert_one({"_id": id, "exam_id": exam_id, "by": person_id, "at": now})

    def looks(self, exam_id: str, most: int) -> list[Document]:
        """Who looked, the newest first."""
        return list(self._looks.find({"exam_id": exam_id}).sort("_id", DESCENDING).limit(most))

    def judge(self, judgement: Document, session: ClientSession | None) -> None:
        """Adds what somebody made of a hint."""
        self._judgements.insert_one(judgement, session=session)

    def judgements(self, exam_id: str) -> list[Document]:
        """What was made of the exam's hints, the oldest first."""
        return list(self._judgements.find({"exam_id": exam_id}).sort("_id", ASCENDING))
