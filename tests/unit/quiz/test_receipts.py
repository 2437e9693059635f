"""The hash of a receipt: one text for the same answers, another for any other."""

from datetime import UTC, datetime

import pytest

from services.quiz.model import receipt

ANSWERS = [
    {"question_id": "b", "answer": ["A", "C"], "sequence": 2, "saved_at": "2026-03-10T01:00:01.000Z"},
    {"question_id": "a", "answer": '“引号"与\\换行\n”', "sequence": 9, "saved_at": "2026-03-10T01:00:02.500Z"},
    {"question_id": "c", "answer": None, "sequence": 1, "saved_at": "2026-03-10T01:00:00.000Z"},
]
AT = "2026-03-10T01:30:00.000Z"


def test_the_text_is_the_one_that_the_contract_describes():
    assert receipt.canonical("attempt", AT, ANSWERS).decode() == (
        '{"answers":['
        '{"answer":"“引号\\"与\\\\换行\\n”","question_id":"a","saved_at":"2026-03-10T01:00:02.500Z","sequence":9},'
        '{"answer":["A","C"],"question_id":"b","saved_at":"2026-03-10T01:00:01.000Z","sequence":2},'
        '{"answer":null,"question_id":"c","saved_at":"2026-03-10T01:00:00.000Z","sequence":1}],'
        '"attempt_id":"attempt","submitted_at":"2026-03-10T01:30:00.000Z"}'
    )


def test_the_hash_is_that_of_the_text_whatever_the_order():
    # sha256sum of the text above.
    expected = "8940cc15ec6e1e2f1d2e043edc09fe701e1f9fe2f490ca4658ef8ff86aefeab9"

    assert receipt.digest("attempt", AT, ANSWERS) == expected
    assert receipt.digest("attempt", AT, ANSWERS[::-1]) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"answer": ["A"]},
        {"answer": None},
        {"sequence": 3},
        {"saved_at": "2026-03-10T01:00:01.001Z"},
        {"question_id": "d"},
    ],
)
def test_any_other_answer_has_another_hash(change):
    other = [ANSWERS[0] | change, *ANSWERS[1:]]

    assert receipt.digest("attempt", AT, other) != receipt.digest("attempt", AT, ANSWERS)


def test_the_list_says_what_is_stored_and_nothing_of_the_answers():
    saved_at = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    stored = {
        "b": {"answer": "答案", "sequence": 4, "saved_at": saved_at},
        "a": {"answer": None, "sequence": 7, "saved_at": saved_at},
    }

    assert receipt.listed(stored) == [
        {"question_id": "a", "sequence": 7, "saved_at": saved_at, "answered": False},
        {"question_id": "b", "sequence": 4, "saved_at": saved_at, "answered": True},
    ]
