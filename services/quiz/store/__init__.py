"""What the quiz service keeps, and every query it asks; the only place that knows PyMongo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel, MongoClient

from chassis import Store
from services.quiz.store.attempts import Attempts
from services.quiz.store.bank import Bank
from services.quiz.store.exams import Exams
from services.quiz.store.figures import Figures
from services.quiz.store.imports import Imports
from services.quiz.store.markings import Markings
from services.quiz.store.media import Media
from services.quiz.store.practice import Practice
from services.quiz.store.regrades import Regrades
from services.quiz.store.revisions import Revisions
from services.quiz.store.standings import Standings


class QuizStore(Store):
    """The collections by subject: ``bank`` (questions, papers), ``exams`` (with their forms), ``attempts``,
    ``standings``, ``imports``, ``regrades``, ``markings``, ``figures`` and ``practice``.
    """

    database_name = "quiz"
    outboxes = ("exams", "attempts", "standings", "practice_days")
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "questions": [
            IndexModel([("key", ASCENDING), ("_id", ASCENDING)]),
            IndexModel(
                [
                    ("state", ASCENDING),
                    ("category", ASCENDING),
                    ("type", ASCENDING),
                    ("difficulty", ASCENDING),
                ]
            ),
            *(
                IndexModel([(name, ASCENDING), ("_id", DESCENDING)])
                for name in ("state", "category", "type", "difficulty", "tags", "lines", "retired_because")
            ),
            IndexModel([("state", ASCENDING), ("valid_to", ASCENDING)]),
            IndexModel([("media.id", ASCENDING)], name="pictures", sparse=True),
            *Practice.INDEXES_OF_QUESTIONS,
        ],
        "papers": [IndexModel([("kind", ASCENDING), ("_id", DESCENDING)])],
        "exams": [
            IndexModel([("closes_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("shut_at", DESCENDING)]),
            IndexModel([("followed", ASCENDING)], name="not_followed", partialFilterExpression={"followed": False}),
            IndexModel([("paper_id", ASCENDING), ("closes_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("mode", ASCENDING), ("closes_at", DESCENDING), ("_id", DESCENDING)], name="by_mode"),
            *Practice.INDEXES_OF_EXAMS,
        ],
        "forms": [],
        "attempts": [
            # Two attempts of one person cannot run at once, and no number is given twice.
            IndexModel(
                [("person_id", ASCENDING), ("exam_id", ASCENDING)],
                name="one_running",
                unique=True,
                partialFilterExpression={"state": "running"},
            ),
            IndexModel([("person_id", ASCENDING), ("exam_id", ASCENDING), ("number", DESCENDING)], unique=True),
            IndexModel([("locks_at", ASCENDING)], name="overdue", partialFilterExpression={"state": "running"}),
            # What is running is in neither: a save touches no index.
            IndexModel(
                [("exam_id", ASCENDING), ("regrade", ASCENDING), ("_id", ASCENDING)],
                name="graded",
                partialFilterExpression={"graded_at": {"$exists": True}},
            ),
            IndexModel([("errata.regrade_id", ASCENDING)], name="errata", sparse=True),
        ],
        "standings": [],
        "imports": [IndexModel([("state", ASCENDING), ("_id", ASCENDING)])],
        "import_files": [],
        **Media.INDEXES,
        **Revisions.INDEXES,
        **Regrades.INDEXES,
        **Markings.INDEXES,
        **Figures.INDEXES,
        **Practice.INDEXES,
    }

    def __init__(self, client: MongoClient[dict[str, Any]], prefix: str = "") -> None:
        super().__init__(client, prefix)
        self.bank = Bank(self.db)
        self.exams = Exams(self.db, self.aggregates("exams"))
        self.attempts = Attempts(self.aggregates("attempts"))
        self.standings = Standings(self.aggregates("standings"))
        self.imports = Imports(self.db)
        self.revisions = Revisions(self.db)
        self.media = Media(self.db)
        self.regrades = Regrades(self.db)
        self.markings = Markings(self.db)
        self.figures = Figures(self.db)
        self.practice = Practice(self.db, self.aggregates("practice_days"))


__all__ = ["QuizStore"]
