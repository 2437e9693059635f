"""A case through any sequence of actions: guards hold, there is a way on, and the history replays to the
same.
"""

from datetime import timedelta

from hypothesis import Phase, settings
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
from services.tasks.model.applying import apply, replay
from services.tasks.model.calendar import local_day
from services.tasks.model.dates import dates_of
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.opening import opening_entry
from services.tasks.model.oversight import entry_of as overseen
from services.tasks.model.oversight import on_the_case, reached
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from services.tasks.model.sampling import check_re_reviewer, judged_inadequate
from services.tasks.model.transitions import BY_ACTION, FINAL, TABLE
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
    "handler_id": st.sampled_from([HANDLER.id, OTHER_HANDLER.id, EVERYTHING.id, EVERYTHING.id]),
    "what": st.just("谈话"),
    "evidence": st.sampled_from([[], [], ["笔录"]]),
    "allegation": st.sampled_from([1, 1, 2]),
    "outcome": st.sampled_from(["substantiated", "false", "false", "unclear"]),
    "measure": st.sampled_from(["none", "criticism"]),
    "days": st.integers(1, 40),
    "request": st.integers(1, 3),
    "unit_id": st.just("team-2"),
    "approver_id": st.just(LEADER.id),
    "allegations": st.sampled_from([["问题"], ["问题"], ["问题一", "问题二"]]),
    "person_ids": st.sampled_from([[OTHER_HANDLER.id], [LEADER.id, HANDLER.id], [SUPERVISOR.id]]),
}
OPTIONAL = {"accept": ("allegations",), "record_step": ("evidence",), "record_assistance": ("evidence",)}

# Those that are about two cases have a walk of their own: test_cases_together.py.
OF_TWO = ("merge", "separate", "split")
ROWS = [row for row in TABLE if row.action not in OF_TWO]

WORK = (
    "start",
    "record_step",
    "record_assistance",
    "record_finding",
    "record_disposition",
    "conclude",
    "add_evidence",
    "withdraw_evidence",
)
REVIEW = ("confirm_adequate", "send_back")

# What usually comes next in a state, so that a walk gets far; which of these, and whether it is enough, is chance.
USUAL = {
    "registered": ["accept"],
    "accepted": ["assign"],
    "returned": ["assign"],
    "assigned": ["start"],
    "investigating": ["record_step", "record_finding"],
    "findings": ["record_finding", "record_disposition", "conclude"],
    "disposition": ["record_disposition", "conclude"],
    "feedback": ["tell_result", "confirm_adequate", "answer_supervision", "close", "close", "close"],
    "suspended": ["resume"],
}


class CaseLife(RuleBasedStateMachine):
    @initialize(named=st.booleans(), kind=st.sampled_from(["report", "clue"]))
    def open(self, named, kind):
        mode = ("named" if named else "anonymous") if kind == "report" else None
        self.file = File(report(reporter_mode=mode, source_kind=kind), colleagues=COLLEAGUES)
        self.fresh = self.file.case

    @rule(row=st.sampled_from(ROWS), person=st.sampled_from(PEOPLE), days=st.integers(0, 20), data=st.data())
    def anything_by_anybody(self, row, person, days, data):
        self._act(row, person, days, data)

    @precondition(lambda self: self.file.case.state not in FINAL - {"transferred"})
    @rule(person=st.sampled_from(PEOPLE), days=st.integers(0, 20), data=st.data())
    def something_that_is_open(self, person, days, data):
        names = [name for name in allowed_actions(self.file.case, person) if name not in OF_TWO]
        if names:
            self._act(BY_ACTION[data.draw(st.sampled_from(names))], person, days, data)

    @rule(steps=st.integers(10, 40), data=st.data())
    def the_usual_way_for_a_while(self, steps, data):
        for _ in range(steps):
            case = self.file.case
            if case.state in FINAL:
                return
            row = BY_ACTION[data.draw(st.sampled_from(USUAL[case.state]))]
            handler = next((person for person in PEOPLE if person.id == case.handler_id), HANDLER)
            person = (
                handler
                if "handler" in row.roles
                else data.draw(st.sampled_from([DESK, LEADER, EVERYTHING, EVERYTHING]))
            )
            self._act(row, person, 1, data)

    @precondition(lambda self: self.fresh.source_kind == "report")
    @rule(satisfied=st.booleans(), number=st.integers(1, 2))
    def the_reporter_rates(self, satisfied, number):
        before = self.file.case
        self.file.rated(satisfied, number)
        moved = self.file.case.state != before.state
        assert moved == (
            not satisfied
            and (before.rating is None or before.rating[0] < number)
            and before.state in ("feedback", "closed")
            and not any(entry.action == "re_examine" for entry in self.file.history[:-1])
        )

    @rule(days=st.integers(0, 40))
    def the_system_looks_at_the_clocks(self, days):
        file = self.file.later(days)
        before = file.case
        found = [
            one for clock in before.clocks if (one := reached(clock, file.now, CALENDAR)) and on_the_case(one.clock)
        ]
        if found:
            entry = overseen(before, found, file.now)
            file.case = apply(before, entry)
            file.history.append(entry)
        assert (file.case.state, file.case.reporter_state) == (before.state, before.reporter_state)
        assert file.case.level >= before.level

    @precondition(lambda self: self.file.case.state in BY_ACTION["record_assistance"].sources)
    @rule(times=st.integers(0, 2), left=st.sampled_from([0, 0, 0, 1]), data=st.data())
    def others_are_asked_for_assistance_and_mostly_answer(self, times, left, data):
        for _ in range(times):
            self._act(BY_ACTION["request_assistance"], DESK, 1, data)
        for _ in range(len(self._awaited()) - left):
            answer = data.draw(st.sampled_from(["record_assistance", "withdraw_assistance"]))
            self._act(BY_ACTION[answer], data.draw(st.sampled_from([DESK, EVERYTHING])), 1, data)

    @precondition(lambda self: self.file.case.state == "closed")
    @rule(drawn_in=st.integers(1, 3), person=st.sampled_from([SUPERVISOR, EVERYTHING]))
    def the_supervision_group_finds_the_handling_inadequate(self, drawn_in, person):
        before = self.file.case
        had_a_part = {entry.by_id for entry in self.file.history if entry.action in WORK}
        try:
            check_re_reviewer(before, person)
        except Forbidden:
            return
        assert person.id not in had_a_part
        entry = judged_inadequate(before, drawn_in, person, self.file.now, "抽查")
        assert (entry is not None) == (drawn_in == before.round)
        if entry:
            self.file.add(entry)
            assert not any(guards.satisfied(self.file.case).values())

    @rule(person=st.sampled_from(PEOPLE), strike_out=st.booleans(), data=st.data())
    def evidence_is_recorded_or_struck_out(self, person, strike_out, data):
        before, kept = self.file.case, self._kept_items()
        recorded = sum(entry.action == "add_evidence" for entry in self.file.history)
        try:
            if strike_out and kept:
                item = data.draw(st.sampled_from(sorted(kept)))
                self.file.act("withdraw_evidence", person, item=item, round=kept[item])
            else:
                self.file.act("add_evidence", person, item=before.items + 1)
                assert self.file.case.items == recorded + 1
        except (Forbidden, WrongState):
            assert self.file.case is before
        assert self.file.case.state == before.state

    def _kept_items(self):
        """The items of evidence that were not struck out, and the round of each, told from the history alone."""
        kept, number = {}, 1
        for entry in self.file.history:
            number += BY_ACTION[entry.action].new_round
            if entry.action == "add_evidence":
                kept[entry.details["item"]] = number
            if entry.action == "withdraw_evidence":
                del kept[entry.details["item"]]
        return kept

    def _act(self, row, person, days, data):
        wanted = (*row.needs, *OPTIONAL.get(row.action, ()))
        if row.action == "request_assistance":
            wanted += (data.draw(st.sampled_from(["body", "unit_id"])),)
        before = self.file.case
        self.file.later(days)
        if row.action == "acknowledge_transfer":
            days_ago = st.integers(0, 3).map(lambda ago: local_day(self.file.now) - timedelta(days=ago))
            fields = {"answered_on": data.draw(days_ago), "reason": "已接收"}
        else:
            fields = {name: data.draw(FIELDS[name], label=name) for name in wanted}
        if "request" in fields and self._awaited():
            fields["request"] = data.draw(st.sampled_from([*sorted(self._awaited()) * 3, 99]))
        try:
            self.file.act(row.action, person, **fields)
        except (CaseCannotClose, Forbidden, Invalid, WrongState):
            assert self.file.case is before
            return
        if row.action == "conclude":
            assert not self._awaited()
        if self.file.case.state == "closed" and before.state != "closed":
            self._passed_every_guard(before)

    def _passed_every_guard(self, case):
        """The four guards, told anew in the test's own words, from the history."""
        acts = []
        for entry in self.file.history:
            acts = [] if BY_ACTION[entry.action].new_round else [*acts, entry]
        assert any(entry.action == "record_step" for entry in acts)
        of_this_round = [item for item, number in self._kept_items().items() if number == case.round]
        assert of_this_round or any(entry.details.get("evidence") for entry in acts)
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
        ordered = [entry for entry in self.file.history if entry.action == "supervise" and entry.by_id]
        answered = [entry for entry in self.file.history if entry.action == "answer_supervision"]
        assert len(ordered) == len(answered)
        worked = {entry.by_id for entry in self.file.history if entry.action in WORK}
        reviewers = {entry.by_id for entry in acts[last:] if entry.action == "confirm_adequate"}
        assert reviewers - worked

    def _awaited(self):
        """The requests for assistance that nobody has answered, told from the history alone."""
        awaited = set()
        for entry in self.file.history:
            if entry.action == "request_assistance":
                awaited.add(entry.details["request"])
            elif entry.action in ("record_assistance", "withdraw_assistance"):
                awaited.remove(entry.details["request"])
            elif entry.action == "transfer":
                awaited.clear()
        return awaited

    @invariant()
    def each_request_that_is_awaited_has_its_own_clock_running(self):
        running = {clock.ref for clock in self.file.case.clocks if clock.rule == "assist" and not clock.ended_at}
        assert running == {str(number) for number in self._awaited()}
        assert {f"assistance:{number}" for number in self._awaited()} == {
            code for code in guards.missing_to_close(self.file.case) if code.startswith("assistance:")
        }

    @invariant()
    def the_body_that_took_the_case_over_is_waited_for_until_it_answers_or_the_case_is_back(self):
        case = self.file.case
        waits = case.state == "transferred" and case.transfer.state == "sent"
        running = [clock for clock in case.clocks if clock.rule == "transfer_acknowledged" and not clock.ended_at]
        assert len(running) == waits

    @invariant()
    def whoever_had_a_part_before_the_re_examination_has_none_in_it(self):
        before, after = [], []
        for entry in self.file.history:
            (after if after or entry.action == "re_examine" else before).append(entry)
        had_a_part = {entry.by_id for entry in before if entry.action in WORK + REVIEW}
        assert had_a_part.isdisjoint(entry.by_id for entry in after if entry.action in WORK + REVIEW)
        assert had_a_part.isdisjoint(entry.details.get("handler_id") for entry in after)

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
        dates = dates_of(case.clocks, self.file.now, CALENDAR)
        document = new_case_document(self.fresh, opening_entry(self.fresh), dates)
        assert case_of({**document, **changed_fields(case, dates), "version": 1}) == case

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


# Without shrinking, which takes minutes for a walk; what is printed repeats the walk that failed.
CaseLife.TestCase.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, phases=(Phase.explicit, Phase.generate)
)
TestCaseLife = CaseLife.TestCase
