"""However unlikely: three wrong answers that two share are not told, a fourth is."""

from datetime import UTC, datetime

import pytest

from services.quiz import answer_patterns
from services.quiz.model import hints
from services.quiz.model.hints import Given

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
CROWD = 200


def given(name, wrong):
    return Given(name, f"person-{name}", NOW, (), wrong)


@pytest.mark.parametrize(("shared", "told"), [(3, []), (4, [["one", "other"]])])
def test_fewer_than_four_shared_wrong_answers_are_never_told(shared, told):
    # Everybody else answers each question wrongly in a way of their own.
    crowd = [given(f"c{n}", {f"q{place}": f"{n}" for place in range(4)}) for n in range(CROWD)]
    same = {f"q{place}": "same" for place in range(shared)}
    pair = [given(name, same | {f"only-{name}": "A"}) for name in ("one", "other")]

    found = hints.similar([*crowd, *pair], answer_patterns.matches, 10)

    assert [hint["attempt_ids"] for hint in found.told] == told
