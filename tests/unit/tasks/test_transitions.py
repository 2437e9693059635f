"""The table itself: complete, consistent with its contract, and the document made from it."""

from pathlib import Path

import pytest

from contracts.roles import ALL_ROLES
from contracts.tasks.events import CASE_STATES, MOVE_REASONS, REPORTER_STATES
from contracts.tasks.operations import CASE_READERS
from contracts.tasks.schemas.cases import ACTION_FIELDS, GROUNDS, MEASURES, OUTCOMES
from gateway.texts import tasks as texts
from services.tasks.model.case_states import case_states_markdown
from services.tasks.model.guards import SUBSTANTIATED, UNCLEAR
from services.tasks.model.rules import RULES
from services.tasks.model.transitions import (
    BY_ACTION,
    FINAL,
    FORMER,
    JOINT,
    OPENING,
    RE_EXAMINE,
    RE_REVIEWED,
    ROWS,
    STATES,
    TABLE,
)
from tests.year.table import TABLE as WRITTEN

DOCUMENT = Path(__file__).parents[3] / "docs" / "case-states.md"


def test_every_state_that_is_not_final_has_a_way_on_and_every_final_one_a_way_back():
    for state in STATES:
        onward = [row for row in TABLE if state in row.sources and row.target not in (None, state)]
        assert onward, state
        if state in FINAL:
            ways = {"transferred": ["take_back", "reopen"], "merged": ["separate"]}
            assert [row.action for row in onward] == ways.get(state, ["reopen"])


def test_every_state_can_be_reached_and_closing_can_be_reached_from_every_state():
    def reachable(start: str) -> set[str]:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for row in TABLE:
                if here in row.sources:
                    targets = BY_ACTION["suspend"].sources if row.target == FORMER else (row.target or here,)
                    todo += [state for state in targets if state not in seen]
                    seen.update(targets)
        return seen

    assert reachable("registered") == set(STATES)
    for state in STATES:
        assert "closed" in reachable(state)


def test_the_contract_takes_exactly_the_actions_and_fields_of_the_table():
    assert list(ACTION_FIELDS) == [row.action for row in TABLE]
    for row in TABLE:
        assert ACTION_FIELDS[row.action].required == set(row.needs), row.action


def test_the_contract_names_exactly_the_states_roles_and_rules_of_the_model():
    assert set(CASE_STATES) == set(STATES)
    roles = frozenset().union(*(row.roles for row in TABLE))
    assert roles - {JOINT} == CASE_READERS
    assert roles - {JOINT} <= ALL_ROLES
    assert set(OUTCOMES) >= SUBSTANTIATED | {UNCLEAR}
    codes = {rule.code for rule in RULES}
    for row in ROWS:
        assert {*row.starts, *row.meets, *row.drops, *row.runs_on} <= codes


def test_every_sentence_for_the_reporter_exists():
    for row in ROWS:
        if row.tell is None:
            continue
        assert row.tell.reporter_state in REPORTER_STATES
        for ground in GROUNDS.get(row.action, ("none",)):
            for code in (row.tell.text_code.format(ground=ground), row.tell.above or row.tell.text_code):
                assert code.format(ground=ground) in texts.ZH
                assert code.format(ground=ground) in texts.EN


@pytest.mark.parametrize("words", [texts.ZH, texts.EN], ids=["zh-CN", "en"])
def test_every_reason_why_a_time_limit_moves_has_its_words(words):
    assert {f"case.moved.{reason}" for reason in MOVE_REASONS} <= words.keys()


def test_nobody_takes_what_the_system_does_by_itself():
    assert not [row.action for row in ROWS if not row.roles and row.action in ACTION_FIELDS]
    assert RE_EXAMINE.sources == ("feedback", "closed")


@pytest.mark.parametrize("words", [texts.ZH, texts.EN], ids=["zh-CN", "en"])
def test_states_and_actions_have_their_words(words):
    assert {f"state.{state}" for state in STATES} <= words.keys()
    assert {f"action.{row.action}" for row in ROWS} <= words.keys()


def test_the_year_knows_every_action_that_moves_a_case():
    stages = {"remind", "urge", "escalate"}
    missing = {row.action for row in ROWS} - WRITTEN.keys()
    assert missing <= {OPENING.action, "open_part", *stages}
    assert WRITTEN.keys() <= BY_ACTION.keys()


@pytest.mark.parametrize("row", [row for row in ROWS if row.action in WRITTEN], ids=lambda row: row.action)
def test_each_action_is_as_it_was_written_down_once_more_by_hand(row):
    """So that a role too many, or a time limit that is not stopped, is no matter of writing the document anew."""
    written = WRITTEN[row.action]
    assert {*row.sources} == {*written.sources}
    assert row.target == written.to
    # Who takes a re-review is told apart from the table there.
    if row is not RE_REVIEWED:
        assert {"joint" if role == JOINT else role for role in row.roles} == written.who
    for name in ("starts", "meets", "drops"):
        assert {*getattr(row, name)} == {*getattr(written, name)}, name
    assert {*row.runs_on} == {*written.again}
    assert (row.tell.reporter_state if row.tell else None) == written.tells
    assert (row.new_round, row.newcomers_only, row.resumes) == (written.new_round, written.newcomers, written.resumes)
    assert row.pauses == (row.action == "suspend")


def test_to_decide_against_a_measure_is_one_of_the_measures():
    assert "none" in MEASURES


def test_the_document_is_the_one_that_the_table_makes():
    assert DOCUMENT.read_text(encoding="utf-8") == case_states_markdown(texts.ZH)


if __name__ == "__main__":
    DOCUMENT.write_text(case_states_markdown(texts.ZH), encoding="utf-8")
