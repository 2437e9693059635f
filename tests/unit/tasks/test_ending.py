"""How a case ended, in one word: told while it is ended, and not before or after."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tasks.events import OUTCOMES
from services.tasks.model.ending import STRENGTH, outcome
from services.tasks.model.transitions import FINAL, STATES
from tests.unit.tasks.builders import DESK, File, report

findings = st.lists(st.sampled_from(STRENGTH), min_size=1, max_size=5)


def test_a_case_that_was_not_accepted_ended_as_refused():
    file = File().act("refuse", DESK, ground="not_of_this_body", reason="不属本机关职权")

    assert outcome(file.case) == "refused"


def test_a_case_that_was_handed_on_ended_as_transferred():
    file = File().act("transfer", DESK, body="某机关", reason="属其管辖")

    assert outcome(file.case) == "transferred"


def test_a_case_that_is_reopened_has_not_ended():
    file = File().act("transfer", DESK, body="某机关", reason="属其管辖").act("reopen", DESK, reason="新的材料")

    assert outcome(file.case) is None


@given(findings)
def test_of_several_findings_the_strongest_counts(found):
    case = replace(report(), state="closed", findings=tuple(enumerate(found, 1)))

    assert outcome(case) == min(found, key=STRENGTH.index)


@pytest.mark.parametrize("state", sorted(set(STATES) - FINAL))
def test_a_case_at_work_has_no_outcome_whatever_was_found(state):
    assert outcome(replace(report(), state=state, findings=((1, "substantiated"),))) is None


def test_every_outcome_is_one_that_the_event_may_tell():
    assert {*STRENGTH, "refused", "transferred"} == set(OUTCOMES)
