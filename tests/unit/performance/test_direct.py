"""What an answer saved is measured against."""

from datetime import UTC, datetime
from types import SimpleNamespace

from pymongo import UpdateOne

from services.quiz.store.attempts import Attempts
from tests.performance.direct import save_alone


class Collection:
    """Keeps the updates that it is asked for."""

    def __init__(self):
        self.asked = []

    def update_one(self, filter, update):
        self.asked.append(UpdateOne(filter, update))
        return SimpleNamespace(matched_count=1)

    def bulk_write(self, updates):
        self.asked.extend(updates)
        return SimpleNamespace(matched_count=len(updates))


def test_the_direct_save_asks_for_the_very_update_that_quiz_makes():
    ours, theirs = Collection(), Collection()
    answer = "attempt", "person", "question", ["A"], 7, datetime(2026, 3, 2, tzinfo=UTC)

    assert save_alone(theirs)(*answer)
    assert Attempts(SimpleNamespace(collection=ours)).save(*answer)

    assert theirs.asked == ours.asked
