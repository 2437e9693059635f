"""Old files before the four guards, and clues: what becomes a case, and what its first line says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tasks.schemas.cases import MEASURES, OUTCOMES
from services.tasks.model import clocks, guards
from services.tasks.model.applying import replay
from services.tasks.model.calendar import end_of
from services.tasks.model.clues import open_clue
from services.tasks.model.old_files import OldDisposition, OldFile, OldFinding, examine, open_review
from services.tasks.model.refusals import Forbidden
from tests.unit.tasks.builders import BUREAU, CALENDAR, DESK, DISTRICT, MORNING, File, somebody

SOUND = OldFile(
    number="明司〔2021〕7号",
    received_on=date(2021, 3, 5),
    category="lawyers.overcharging",
    allegations=("收费过高", "不开发票"),
    handlers=("张三", "李四"),
    investigated=True,
    investigation="查阅台账",
    evidence=("台账复印件",),
    findings=(OldFinding(1, "substantiated", "台账"), OldFinding(2, "false", "存根")),
    dispositions=(OldDisposition(1, "order_to_correct", "退款"),),
    reviewer="王五",
)


def test_a_file_that_satisfies_all_four_guards_passes():
    verdict = examine(SOUND)
    assert verdict.passed
    assert (verdict.failed, verdict.missing) == ((), ())


@pytest.mark.parametrize(
    ("change", "failed", "missing"),
    [
        ({"investigated": False}, ["investigated"], ["step"]),
        ({"investigation": None}, ["investigated"], ["step"]),
        ({"evidence": ()}, ["investigated"], ["evidence"]),
        ({"findings": SOUND.findings[:1]}, ["clear"], ["finding:2"]),
        ({"findings": (SOUND.findings[0], OldFinding(2, "unclear", "无"))}, ["clear"], ["finding_unclear:2"]),
        ({"findings": (SOUND.findings[0], OldFinding(2, "false"))}, ["clear"], ["finding_unclear:2"]),
        ({"dispositions": ()}, ["handled"], ["disposition:1"]),
        ({"dispositions": (OldDisposition(1, "none"),)}, ["handled"], ["disposition:1"]),
        ({"reviewer": None}, ["adequate"], ["second_person_review"]),
        ({"reviewer": "李 四"}, ["adequate"], ["second_person_review"]),
        ({"handlers": ()}, ["adequate"], ["second_person_review"]),
    ],
)
def test_each_guard_fails_for_exactly_what_it_asks_for(change, failed, missing):
    verdict = examine(replace(SOUND, **change))
    assert (list(verdict.failed), list(verdict.missing)) == (failed, missing)


def test_nothing_done_with_its_reason_is_a_disposition():
    assert examine(replace(SOUND, dispositions=(OldDisposition(1, "none", "已自行纠正"),))).passed


def test_an_empty_file_fails_all_guards_but_the_one_that_waits_for_a_finding():
    bare = OldFile(number="旧1", received_on=date(2021, 3, 5), category="other", allegations=("甲", "乙"))
    verdict = examine(bare)
    assert verdict.failed == ("investigated", "clear", "adequate")
    assert verdict.missing == ("step", "evidence", "finding:1", "finding:2", "second_person_review")


people = st.sampled_from(["张三", "李四", "王五", "赵六"])


@given(
    investigated=st.booleans(),
    evidence=st.integers(0, 2),
    outcomes=st.dictionaries(st.integers(1, 3), st.tuples(st.sampled_from(OUTCOMES), st.booleans())),
    measures=st.dictionaries(st.integers(1, 3), st.tuples(st.sampled_from(MEASURES), st.booleans())),
    handlers=st.sets(people, max_size=2),
    reviewer=st.none() | people,
)
def test_a_file_passes_only_if_it_could_have_been_closed_today(
    investigated, evidence, outcomes, measures, handlers, reviewer
):
    """What the guards ask for, said a second time and in other words."""
    file = OldFile(
        number="旧1",
        received_on=date(2021, 3, 5),
        category="other",
        allegations=("甲", "乙", "丙"),
        handlers=tuple(handlers),
        investigated=investigated,
        investigation="查" if investigated else None,
        evidence=tuple("证" * (n + 1) for n in range(evidence)),
        findings=tuple(OldFinding(n, outcome, "据" if known else None) for n, (outcome, known) in outcomes.items()),
        dispositions=tuple(OldDisposition(n, code, "因" if why else None) for n, (code, why) in measures.items()),
        reviewer=reviewer,
    )
    answered = all(n in outcomes and outcomes[n][1] and outcomes[n][0] != "unclear" for n in (1, 2, 3))
    founded = [n for n, (outcome, known) in outcomes.items() if known and outcome.endswith("substantiated")]
    founded = [n for n in founded if outcomes[n][0] != "unsubstantiated"]
    dealt_with = all(n in measures and (measures[n][0] != "none" or measures[n][1]) for n in founded)
    second = bool(handlers) and reviewer is not None and reviewer not in handlers
    assert examine(file).passed == (investigated and evidence > 0 and answered and dealt_with and second)


def review(**change):
    file = replace(SOUND, **change)
    return open_review(
        file,
        examine(file),
        file_id="file-1",
        number="2026-000009",
        excluded_unit_ids=[DISTRICT],
        at=MORNING,
        by_id=DESK.id,
        by_name=DESK.name,
    )


def test_a_failed_file_becomes_a_registered_case_whose_first_line_names_what_is_missing():
    case, opening = review(evidence=(), reviewer=None)
    assert (case.state, case.source_kind, case.source_id, case.id) == ("registered", "review", "file-1", "file-1")
    assert case.allegations == SOUND.allegations
    assert case.excluded_unit_ids == (DISTRICT,)
    assert opening.details["missing"] == ["evidence", "second_person_review"]
    assert opening.details["failed"] == ["investigated", "adequate"]
    assert (opening.by_id, opening.by_name) == (DESK.id, DESK.name)
    assert replay(case, [opening]) == case


def test_nothing_that_the_old_file_shows_counts_in_its_case():
    case, _ = review(reviewer=None)
    assert not any(guards.satisfied(case).values())


def clue(person=DESK, **change):
    about = {
        "id": "clue-1",
        "number": "2026-000010",
        "category": "money.bribe",
        "allegations": ["甲", "乙"],
        "excluded_unit_ids": [DISTRICT],
        "excluded_person_ids": [],
        "lines": ["lawyers"],
        "origin": "audit",
        "reason": "审计发现",
        "at": MORNING,
    }
    return open_clue(**{**about, **change}, person=person)


def test_a_clue_is_opened_by_a_person_and_has_no_reporter_and_no_clock_of_one():
    case, opening = clue()
    assert (case.state, case.source_kind, case.reporter_mode) == ("registered", "clue", None)
    assert case.allegations == ("甲", "乙")
    assert (opening.by_name, opening.why) == (DESK.name, "审计发现")
    assert opening.details == {"origin": "audit", "lines": ["lawyers"]}
    assert [clock.rule for clock in case.clocks] == ["propose_handling"]


@pytest.mark.parametrize("action", [{"name": "accept"}, {"name": "refuse", "ground": "no_substance", "reason": "无"}])
def test_a_clue_that_nobody_decides_on_is_overdue_after_thirty_days_and_one_decided_on_is_not(action):
    case, _ = clue()
    assert clocks.next_due_at(case.clocks, MORNING, CALENDAR) == end_of(date(2026, 4, 1))
    [clock] = [clock for clock in File(case).act(person=DESK, **action).case.clocks if clock.rule == "propose_handling"]
    assert clock.ended_at == MORNING


@pytest.mark.parametrize("unit_path", [(BUREAU, DISTRICT), (BUREAU, DISTRICT, "team")])
def test_nobody_opens_a_clue_about_a_unit_of_their_own(unit_path):
    with pytest.raises(Forbidden):
        clue(somebody("desk", unit_path=unit_path))


def test_nobody_opens_a_clue_about_themselves():
    with pytest.raises(Forbidden):
        clue(excluded_person_ids=[DESK.id])


@pytest.mark.parametrize("opened", [clue, review])
def test_a_clue_and_a_review_go_the_whole_way_to_their_closing_without_anybody_to_tell(opened):
    case, _ = opened() if opened is clue else opened(reviewer=None)
    file = File(case)
    file.investigated()
    for number in (1, 2):
        file.act("record_finding", file_handler(), allegation=number, outcome="unsubstantiated", reason="查明")
    file.act("conclude", file_handler()).act("confirm_adequate", somebody("leader"), reason="适当").act("close", DESK)
    assert file.case.state == "closed"


def file_handler():
    return somebody("handler")
