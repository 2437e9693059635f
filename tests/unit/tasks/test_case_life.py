"""A case through any sequence of actions: guards hold, there is a way on, and the history replays to the
same.
"""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.tasks.documents import (
    case_of,
    changed_fields,
    entry_document,
    entry_of,
    new_case_document,
)
from services.tasks.model import clocks, guards
from services.tasks.model.case import opening_entry, replay
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from services.tasks.model.transitions import FINAL, TABLE
from tests.unit.tasks.builders import (
    CALENDAR,
    DESK,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    SUPERVISOR,
    File,
    report,
    somebody,
)

# One who could do everything alone, if roles were all that counted.
EVERYTHING = somebody("desk", "handler", "leader", "supervisor", id="everything")
PEOPLE = (DESK, HANDLER, OTHER_HANDLER, SUPERVISOR, LEADER, EVERYTHING)
COLLEAGUES = {person.id: person.as_colleague() for person in PEOPLE}

FIELDS = {
    "ground": st.just("no_substance"),
    "reason": st.just("理由"),
    "body": st.just("市纪委监委"),
    "handler_id": st.sampled_from([HANDLER.id, OTHER_HANDLER.id, EVERYTHING.id]),
    "what": st.just("谈话"),
    "evidence": st.lists(st.just("笔录"), max_size=2),
    "allegation": st.integers(1, 3),
    "outcome": st.sampled_from(["substantiated", "false", "unclear"]),
    "measure": st.sampled_from(["none", "criticism"]),
    "days": st.integers(1, 40),
    "approver_id": st.just(LEADER.id),
    "allegations": st.lists(st.just("问题"), min_size=1, max_size=3),
}
OPTIONAL = {"accept": ("allegations",), "record_step": ("evidence",)}


class CaseLife(RuleBasedStateMachine):
    @initialize(named=st.booleans(), kind=st.sampled_from(["report", "clue"]))
    def open(self, named, kind):
        mode = ("named" if named else "anonymous") if kind == "report" else None
        self.file = File(report(reporter_mode=mode, source_kind=kind), colleagues=COLLEAGUES)
        self.fresh = self.file.case

    @rule(row=st.sampled_from(TABLE), person=st.sampled_from(PEOPLE), days=st.integers(0, 20), data=st.data())
    def anything_by_anybody(self, row, person, days, data):
        self._act(row, person, days, data)

    @precondition(lambda self: self.file.case.state not in FINAL)
    @rule(person=st.sampled_from(PEOPLE), days=st.integers(0, 20), data=st.data())
    def something_that_is_open(self, person, days, data):
        names = allowed_actions(self.file.case, person)
        if names:
            name = data.draw(st.sampled_from(names))
            self._act(next(row for row in TABLE if row.action == name), person, days, data)

    def _act(self, row, person, days, data):
        wanted = (*row.needs, *OPTIONAL.get(row.action, ()))
        fields = {name: data.draw(FIELDS[name], label=name) for name in wanted}
        before = self.file.case
        self.file.later(days)
        try:
            self.file.act(row.action, person, **fields)
        except (CaseCannotClose, Forbidden, Invalid, WrongState):
            assert self.file.case is before
            return
        if self.file.case.state == "closed" and before.state != "closed":
            self._passed_every_guard(before)

    def _passed_every_guard(self, case):
        """The four guards, told anew in the test's own words, from the history."""
        acts = []
        for entry in self.file.history:
            acts = [] if entry.action == "reopen" else [*acts, entry]
        steps = [entry for entry in acts if entry.action == "record_step"]
        assert any(entry.details.get("evidence") for entry in steps)
        last = max(index for index, entry in enumerate(acts) if entry.action == "conclude")
        findings, disposed = {}, set()
        for entry in acts:
            if entry.action == "record_finding":
                findings[entry.details["allegation"]] = entry.details["outcome"]
                disposed.discard(entry.details["allegation"])
            if entry.action == "record_disposition":
                disposed.add(entry.details["allegation"])
        assert set(findings) == set(range(1, len(case.allegations) + 1))
        assert "unclear" not in findings.values()
        assert {number for number, outcome in findings.items() if outcome == "substantiated"} <= disposed
        worked = {
            entry.by_id
            for entry in self.file.history
            if entry.action in ("start", "record_step", "record_finding", "record_disposition", "conclude")
        }
        reviewers = {entry.by_id for entry in acts[last:] if entry.action == "confirm_adequate"}
        assert reviewers - worked

    @invariant()
    def somebody_can_move_it_on(self):
        if self.file.case.state not in FINAL:
            handler = next((p for p in PEOPLE if p.id == self.file.case.handler_id), HANDLER)
            assert any(allowed_actions(self.file.case, person) for person in (DESK, handler))

    @invariant()
    def the_history_replays_to_the_same_case(self):
        stored = [entry_of(entry_document(entry)) for entry in self.file.history]
        assert replay(self.fresh, stored) == self.file.case

    @invariant()
    def it_survives_being_stored(self):
        case = self.file.case
        due = clocks.next_due_at(case.clocks, self.file.now, CALENDAR)
        document = new_case_document(self.fresh, opening_entry(self.fresh), due)
        assert case_of({**document, **changed_fields(case, due), "version": 1}) == case

    @invariant()
    def closed_means_all_four_guards(self):
        if self.file.case.state == "closed":
            assert all(guards.satisfied(self.file.case).values())

    @invariant()
    def a_suspended_case_has_no_clock_running_that_may_stand_still(self):
        if self.file.case.state == "suspended":
            for clock in self.file.case.clocks:
                if clocks.rule_under(clock).pausable and clock.ended_at is None:
                    assert clocks.is_paused(clock)

    @invariant()
    def a_case_that_is_over_owes_nothing_more(self):
        case = self.file.case
        if case.state in FINAL and not (case.state == "closed" and not case.result_told):
            later = self.file.now + timedelta(days=1000)
            assert clocks.next_due_at(case.clocks, later, CALENDAR) is None


CaseLife.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestCaseLife = CaseLife.TestCase
