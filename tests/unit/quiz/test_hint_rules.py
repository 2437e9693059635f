"""Hints: who cannot have read so fast, and who shares wrong answers beyond chance; nobody else."""

import random
from datetime import UTC, datetime, timedelta
from math import comb

import numpy
import pytest

from services.quiz import answer_patterns
from services.quiz.model import hints
from services.quiz.model.hints import Given

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
LENGTHS = {f"q{place}": 60 for place in range(12)}


def given(name, seconds=(), wrong=None, person=None):
    saved, at = [], NOW
    for place, gap in enumerate(seconds):
        at += timedelta(seconds=gap)
        saved.append((f"q{place}", at))
    return Given(name, person or f"person-{name}", NOW, tuple(saved), wrong or {})


def test_answers_faster_than_anybody_reads_are_worth_a_look():
    hint = hints.rushed(given("a", [1.5, 2, 0.2, 1, 2.5, 2, 30, 40]), LENGTHS)

    assert [question["question_id"] for question in hint["questions"]] == ["q0", "q1", "q2", "q3", "q4", "q5"]
    assert (hint["questions"][2]["seconds"], hint["questions"][2]["characters"], hint["at_once"]) == (0.2, 60, 1)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param([3.0] * 12, id="exactly as fast as one can read"),
        pytest.param([1, 1, 1, 1, 20, 20], id="four fast answers are nothing"),
        pytest.param([1] * 5 + [20] * 11, id="five of sixteen are less than a third"),
        pytest.param([], id="nothing answered"),
    ],
)
def test_who_may_have_read_is_left_alone(seconds):
    assert hints.rushed(given("a", seconds), LENGTHS | {f"q{place}": 60 for place in range(12, 16)}) is None


def test_the_order_is_that_of_the_saves_not_of_the_questions():
    one = given("a", [20] * 8)
    backwards = Given("b", "person-b", NOW, tuple(reversed(one.saved)), {})

    assert hints.rushed(backwards, LENGTHS) is None


def test_the_chance_of_so_many_matches_is_that_of_the_binomial_where_all_are_alike():
    expected = sum(comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(4, 11))

    assert hints.at_least(4, [0.3] * 10) == pytest.approx(expected)
    assert hints.at_least(4, [0.3] * 10) == pytest.approx(0.3504, abs=5e-5)  # As in any table of the binomial.


def test_the_chance_of_matches_of_unequal_likelihood_is_exact():
    chances = [0.2, 0.5, 0.9]

    assert hints.at_least(0, chances) == 1.0
    assert hints.at_least(1, chances) == pytest.approx(1 - 0.8 * 0.5 * 0.1)
    assert hints.at_least(2, chances) == pytest.approx(0.2 * 0.5 * 0.1 + 0.2 * 0.5 * 0.9 + 0.2 * 0.5 * 0.9 + 0.8 * 0.45)
    assert hints.at_least(3, chances) == pytest.approx(0.09)
    assert hints.at_least(4, chances) == 0.0


def similar(people, most=1000):
    found = hints.similar(people, answer_patterns.matches, most)
    assert found.left_out == 0
    return found.told


def crowd(chance, size, questions=30):
    """People who each have some fifteen of the questions wrong, in one of three ways."""
    return [
        given(f"c{number}", wrong={f"q{place}": chance.choice("ABC") for place in chance.sample(range(questions), 15)})
        for number in range(size)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_makes_no_hint(seed):
    assert similar(crowd(random.Random(seed), 60)) == []


def test_two_who_share_their_wrong_answers_are_found_among_many():
    people = crowd(random.Random(3), 60)
    copied = dict(list(people[0].wrong.items())[:13]) | {"q30": "A", "q31": "B"}

    found = similar([*people, given("copy", wrong=copied)])

    assert [hint["attempt_ids"] for hint in found] == [["c0", "copy"]]
    assert (found[0]["same_wrong"], found[0]["both_wrong"]) == (13, 13)
    assert found[0]["probability"] < 1e-4 < 1 < found[0]["expected"] < 13
    assert found[0]["id"] == similar([given("copy", wrong=copied), *people])[0]["id"]


def test_a_wrong_answer_that_everybody_gives_tells_nothing():
    alike = {f"q{place}": "C" for place in range(12)}

    assert similar([given(f"a{number}", wrong=alike) for number in range(30)]) == []


def test_two_attempts_of_one_person_are_no_pair():
    people = crowd(random.Random(4), 40)
    again = given("again", wrong=people[0].wrong, person=people[0].person_id)

    assert similar([*people, again]) == []


@pytest.mark.parametrize("seed", range(4))
def test_looking_only_at_pairs_that_share_enough_overlooks_none(seed):
    chance = random.Random(seed)
    people = crowd(chance, 30)
    people += [
        given(f"copy{number}", wrong=dict(chance.sample(sorted(people[number].wrong.items()), 6 + number)))
        for number in range(9)
    ]
    match = hints._chances(people)
    limit = hints.FALSE_HINT / (len(people) * (len(people) - 1) / 2)
    expected = set()
    for place, one in enumerate(people):
        for other in people[:place]:
            both = [id for id in one.wrong if id in other.wrong]
            shared = sum(one.wrong[id] == other.wrong[id] for id in both)
            if shared >= hints.SHARED_AT_LEAST and hints.at_least(shared, [match[id] for id in both]) < limit:
                expected.add(frozenset((one.attempt_id, other.attempt_id)))

    assert {frozenset(hint["attempt_ids"]) for hint in similar(people)} == expected
    assert expected


@pytest.mark.parametrize("seed", range(3))
def test_the_chances_of_many_pairs_at_once_are_those_of_each(seed):
    chance = random.Random(seed)
    rows = [[chance.choice([0.0, chance.random()]) for _ in range(12)] for _ in range(40)]

    for wanted in (1, 4, 12):
        together = answer_patterns.at_least(wanted, numpy.array(rows))
        one_by_one = [hints.at_least(wanted, [one for one in row if one]) for row in rows]
        assert together == pytest.approx(one_by_one, rel=1e-9, abs=1e-300)


def test_pairs_are_found_across_all_that_is_looked_at_together(monkeypatch):
    monkeypatch.setattr(answer_patterns, "_PEOPLE", 7)
    monkeypatch.setattr(answer_patterns, "_PAIRS", 2)
    people = crowd(random.Random(5), 60)
    for one, other in ((0, 1), (2, 59), (30, 50), (6, 7)):
        people[other] = given(people[other].attempt_id, wrong=dict(people[one].wrong) | {f"own{other}": "A"})

    assert {tuple(hint["attempt_ids"]) for hint in similar(people)} == {
        ("c0", "c1"), ("c2", "c59"), ("c30", "c50"), ("c6", "c7"),
    }  # fmt: skip


def test_all_pairs_of_people_with_the_same_wrong_answers_are_counted_and_the_least_likely_are_told():
    people = crowd(random.Random(6), 80)
    alike = [given(f"group{number:02}", wrong=people[0].wrong) for number in range(12)]
    nearly = [given(f"near{number}", wrong=people[0].wrong | {f"own{number}": "A"}) for number in range(2)]

    found = hints.similar([*people[1:], *alike, *nearly], answer_patterns.matches, 50)

    # Within the group, between it and each of the two, and these two.
    assert (len(found.told), found.left_out) == (50, 12 * 11 // 2 + 2 * 12 + 1 - 50)
    assert found.compared == 79 + 14
    assert all(hint["same_wrong"] == hint["both_wrong"] == 15 for hint in found.told)
    assert len({hint["id"] for hint in found.told}) == 50


def test_of_more_people_than_can_be_compared_those_with_the_most_wrong_answers_are(monkeypatch):
    monkeypatch.setattr(hints, "COMPARED", 20)
    people = crowd(random.Random(7), 60)
    twins = [given(f"twin{number}", wrong=people[0].wrong | {"own": "A", "other": "B"}) for number in range(2)]

    found = hints.similar([*people[1:], *twins], answer_patterns.matches, 10)

    assert found.compared == 20
    assert [hint["attempt_ids"] for hint in found.told] == [["twin0", "twin1"]]


def test_hints_beyond_what_is_told_are_counted():
    fast = [given(f"f{number}", [0.5] * 8) for number in range(5)]

    found = hints.of_exam(fast, LENGTHS, answer_patterns.matches, 3)

    assert ([hint["kind"] for hint in found.told], found.left_out, found.compared) == (["rushed"] * 3, 2, 0)
