"""What a day's set is made of, what it earns, and when a question comes again."""

import copy
import itertools
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.quiz.handlers.memory import NAME, schedule
from services.quiz.model import card as cards
from services.quiz.model import practice as rules

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ORDER = rules.order_of("p", DAY)
QUESTION = {"id": "q", "category": "law", "revision": 1, "score": 2.0}


def pool(count, category="law", lines=()):
    return [rules.Candidate(f"{category}-{number}", category, frozenset(lines)) for number in range(count)]


def chosen(size, memory, candidates, line="lawyers"):
    return rules.choose(size, ORDER, memory, candidates, line)[:size]


def remembering(due=(), met=(), weak=()):
    return rules.Memory(tuple(due), tuple(met), tuple(weak))


def an_attempt(right, number=1):
    return {"_id": f"a{number}", "person_id": "p", "marks": {"q": 2.0 if right else 0.5}, "submitted_at": NOW}


def test_what_is_due_comes_first_and_the_longest_due_before_all():
    memory = remembering(due=["law-7", "law-3"], met=["law-7", "law-3", "law-1"])

    assert chosen(4, memory, pool(9))[:2] == [("law-7", "due"), ("law-3", "due")]


def test_half_of_what_is_left_goes_to_weak_categories_the_weakest_first():
    candidates = pool(9) + pool(9, "warning") + pool(2, "political")
    memory = remembering(due=["law-0", "law-1"], met=["law-0", "law-1"], weak=["political", "warning"])

    reasons = [(id.rpartition("-")[0], reason) for id, reason in chosen(8, memory, candidates)]

    assert reasons[2:5] == [("political", "weak")] * 2 + [("warning", "weak")]
    assert [reason for _, reason in reasons] == ["due"] * 2 + ["weak"] * 3 + ["new"] * 3


def test_new_questions_are_of_the_line_of_the_person_or_of_all():
    candidates = pool(3) + pool(3, "notary", ["notaries"]) + pool(3, "court", ["lawyers"])

    assert {id.rpartition("-")[0] for id, _ in chosen(9, remembering(), candidates)} == {"law", "court"}


def test_a_set_is_filled_with_what_was_met_before_when_nothing_is_new():
    met = ["law-2", "law-0", "law-1"]

    assert chosen(5, remembering(met=met), pool(3)) == [(id, "again") for id in met]


@given(st.randoms(), st.integers(5, 10), st.integers(0, 30))
def test_the_same_memory_and_bank_give_the_same_set_in_whatever_order_they_are_read(random, size, count):
    candidates = pool(count) + pool(count, "warning")
    memory = remembering(due=["law-1"], met=["law-1", "law-2"], weak=["warning"])
    shuffled = random.sample(candidates, len(candidates))

    first, second = chosen(size, memory, candidates), chosen(size, memory, shuffled)

    assert first == second
    assert len(first) == len({id for id, _ in first}) == min(size, len(candidates))


def test_another_person_and_another_day_get_another_set():
    sets = {
        tuple(id for id, _ in rules.choose(5, rules.order_of(who, day), remembering(), pool(40), None)[:5])
        for who in ("p", "q")
        for day in (DAY, DAY + timedelta(days=1))
    }

    assert len(sets) == 4


def test_the_weakest_category_is_the_one_with_the_greatest_share_of_wrong_answers():
    told = [
        {"category": "law", "answered": 10, "wrong": 2},
        {"category": "warning", "answered": 4, "wrong": 3},
        {"category": "political", "answered": 9, "wrong": 0},
    ]

    assert rules.weak_categories(told) == ("warning", "law")


def test_points_are_for_right_answers_more_for_what_was_recalled_and_capped_for_the_day():
    rule = rules.rule_on(DAY)
    questions = [{"id": f"q{n}", "reason": "due" if n < 6 else "new"} for n in range(8)]
    right = {f"q{n}": {"correct": True} for n in range(8)}
    wrong = {f"q{n}": {"correct": False} for n in range(8)}

    assert rules.points_of(rule, questions, {"q0": right["q0"], "q7": right["q7"]}) == rule.recalled + rule.first
    assert rules.points_of(rule, questions, wrong) == 0
    assert rules.points_of(rule, questions, right) == rule.daily_cap


def test_every_rule_of_points_tells_its_version_and_source_and_they_follow_each_other():
    versions = [rule.version for rule in rules.POINTS_RULES]

    assert len(set(versions)) == len(versions)
    assert all(rule.source for rule in rules.POINTS_RULES)
    assert [rule.valid_from for rule in rules.POINTS_RULES] == sorted(rule.valid_from for rule in rules.POINTS_RULES)


def test_a_day_is_the_bureaus_and_takes_answers_until_an_hour_after_its_midnight():
    midnight = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)

    assert rules.day_of(midnight - timedelta(milliseconds=1)) == DAY
    assert rules.day_of(midnight) == DAY + timedelta(days=1)
    assert rules.takes_answers(DAY, midnight + timedelta(minutes=59))
    assert not rules.takes_answers(DAY, midnight + timedelta(minutes=60))
    assert not rules.takes_answers(DAY + timedelta(days=1), midnight - timedelta(milliseconds=1))
    assert rules.day_of(rules.within(DAY, midnight + timedelta(minutes=5))) == DAY


def test_who_remembers_is_asked_ever_later_and_who_forgets_soon_again():
    memory, days = None, [DAY]
    for _ in range(4):
        next_time = schedule(memory, True, days[-1])
        memory, days = next_time.memory, [*days, next_time.due_on]
    waits = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    forgot = schedule(memory, False, days[-1])

    assert waits == sorted(set(waits))
    assert 1 <= (forgot.due_on - days[-1]).days < waits[-1]
    assert next_time.scheduler == NAME


@given(st.lists(st.tuples(st.integers(-3, 40), st.booleans()), min_size=1, max_size=12))
def test_the_same_answers_give_the_same_days_and_never_one_before_the_day_after(answers):
    def days():
        memory, day, told = None, DAY, []
        for wait, right in answers:
            day += timedelta(days=wait)
            next_time = schedule(memory, right, day)
            memory = copy.deepcopy(next_time.memory)
            told.append((next_time.due_on, next_time.memory))
            assert next_time.due_on > day
        return told

    assert days() == days()


def test_an_attempt_counts_once_in_a_card():
    card = cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule)

    assert (card["in_book"], card["answered"], card["wrong"], card["due_on"]) == (True, 1, 1, "2026-03-11")
    assert cards.after_attempt(card, QUESTION, an_attempt(right=False), schedule) is None


def test_a_right_answer_opens_no_card_but_is_counted_in_one():
    card = cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule)

    later = cards.after_attempt(card, QUESTION, an_attempt(right=True, number=2), schedule)

    assert cards.after_attempt(None, QUESTION, an_attempt(right=True), schedule) is None
    assert (later["in_book"], later["answered"], later["wrong"]) == (True, 2, 1)


def test_an_attempt_marked_anew_in_full_takes_its_question_out_of_the_book():
    card = cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule)
    mended = cards.after_attempt(card, QUESTION, an_attempt(right=True), schedule)
    back = cards.after_attempt(mended, QUESTION, an_attempt(right=False), schedule)

    assert (mended["in_book"], mended["wrong"], mended["wrong_in"]) == (False, 0, [])
    assert (back["in_book"], back["wrong"], back["wrong_in"]) == (True, 1, ["a1"])


def test_a_question_practised_wrongly_stays_in_the_book_when_the_exam_is_marked_anew():
    card = cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule)
    card = cards.after_practice(card, "p", QUESTION, False, DAY, NOW, schedule)

    assert cards.after_attempt(card, QUESTION, an_attempt(right=True), schedule)["in_book"]


def test_a_day_of_practice_counts_once_in_a_card():
    card = cards.after_practice(None, "p", QUESTION, False, DAY, NOW, schedule)

    assert cards.after_practice(card, "p", QUESTION, True, DAY, NOW, schedule) is None


def test_what_is_known_is_asked_again_once_it_is_answered_wrongly():
    card = cards.known(cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule))
    assert (card["in_book"], card["known"]) == (False, True)

    card = cards.after_attempt(card, QUESTION, an_attempt(right=False, number=2), schedule)

    assert (card["in_book"], card["known"]) == (True, False)


def test_what_is_known_stays_out_of_the_book_when_an_old_attempt_is_marked_anew():
    card = cards.known(cards.after_attempt(None, QUESTION, an_attempt(right=False), schedule))
    mended = cards.after_attempt(card, QUESTION, an_attempt(right=True), schedule)

    back = cards.after_attempt(mended, QUESTION, an_attempt(right=False), schedule)

    assert (back["wrong"], back["wrong_in"], back["in_book"], back["known"]) == (1, ["a1"], False, True)


def test_one_slip_is_no_weakness_beside_a_category_that_is_mostly_unknown():
    told = [{"category": "law", "answered": 1, "wrong": 1}, {"category": "warning", "answered": 10, "wrong": 8}]

    assert rules.weak_categories(told) == ("warning", "law")


def test_what_is_always_remembered_is_asked_again_within_a_year():
    memory, day = None, DAY
    for _ in range(30):
        next_time = schedule(memory, True, day)
        assert next_time.due_on - day <= timedelta(days=365)
        memory, day = next_time.memory, next_time.due_on


def test_an_attempt_that_is_told_of_late_counts_as_of_the_day_of_the_last_answer():
    memory = schedule(None, True, DAY).memory

    assert schedule(memory, False, DAY - timedelta(days=9)) == schedule(memory, False, DAY)
