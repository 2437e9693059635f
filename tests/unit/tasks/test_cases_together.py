"""Several cases through any sequence of actions, merged, separated and split meanwhile: what holds for one holds for
all, and no reporter, finding or allegation is lost on the way.
"""

from collections import Counter

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.tasks.documents import case_of, changed_fields, entry_document, entry_of, new_case_document
from services.tasks.model import guards
from services.tasks.model.applying import replay
from services.tasks.model.dates import dates_of
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.ending import outcome
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from services.tasks.model.transitions import BY_ACTION, FINAL, TABLE
from tests.unit.tasks.builders import CALENDAR, DESK, HANDLER, report
from tests.unit.tasks.cabinet import Cabinet
from tests.unit.tasks.test_case_life import COLLEAGUES, EVERYTHING, FIELDS, OPTIONAL, PEOPLE, USUAL

REPORTS = ("case-1", "case-2", "case-3")
REFUSALS = (CaseCannotClose, Forbidden, Invalid, WrongState)
# What a walk would lose itself in; each has its own tests.
LEFT_OUT = ("acknowledge_transfer", "request_assistance", "record_assistance", "supervise", "answer_supervision")
ROWS = [row for row in TABLE if row.action not in LEFT_OUT]


class CasesTogether(RuleBasedStateMachine):
    @initialize(modes=st.tuples(*[st.sampled_from(["named", "anonymous", None])] * 3))
    def open(self, modes):
        self.cabinet = Cabinet(colleagues=COLLEAGUES)
        for id, mode in zip(REPORTS, modes, strict=True):
            kind = "report" if mode else "clue"
            about = {"source_kind": kind, "reporter_mode": mode, "excluded_unit_ids": [f"unit-of-{id}"]}
            self.cabinet.put(report(id=id, number=id, source_id=id, **about))

    @rule(row=st.sampled_from(ROWS), person=st.sampled_from(PEOPLE), days=st.integers(0, 9), data=st.data())
    def anything_by_anybody(self, row, person, days, data):
        self._act(self._some_case(data), row, person, days, data)

    @rule(days=st.integers(0, 9), data=st.data())
    def something_that_is_open(self, days, data):
        case_id = self._some_case(data)
        open_to = [(name, one) for one in PEOPLE for name in allowed_actions(self.cabinet[case_id], one)]
        open_to = [(name, one) for name, one in open_to if name not in LEFT_OUT]
        if open_to:
            name, person = data.draw(st.sampled_from(open_to))
            self._act(case_id, BY_ACTION[name], person, days, data)

    @rule(data=st.data())
    def one_is_merged_into_another(self, data):
        self._act(self._some_case(data), BY_ACTION["merge"], DESK, 0, data)

    @rule(steps=st.integers(5, 25), data=st.data())
    def one_goes_the_usual_way_for_a_while(self, steps, data):
        case_id = self._some_case(data)
        for _ in range(steps):
            case = self.cabinet[case_id]
            if case.state in FINAL:
                return
            row = BY_ACTION[data.draw(st.sampled_from(USUAL[case.state]))]
            handler = next((person for person in PEOPLE if person.id == case.handler_id), HANDLER)
            person = handler if "handler" in row.roles else data.draw(st.sampled_from([DESK, EVERYTHING, *PEOPLE]))
            self._act(case_id, row, person, 1, data)

    @rule(satisfied=st.booleans(), number=st.integers(1, 2), data=st.data())
    def a_reporter_rates(self, satisfied, number, data):
        case_id = data.draw(st.sampled_from(REPORTS))
        before = self.cabinet[case_id]
        leading_id = before.merged_into or case_id
        leading = self.cabinet[leading_id]
        self.cabinet.rated(case_id, satisfied, number)
        again = not satisfied and (before.rating is None or before.rating[0] < number)
        again = again and leading.state in ("feedback", "closed") and not leading.re_examined
        assert (self.cabinet[leading_id].round == leading.round + 1) == again

    def _some_case(self, data):
        return data.draw(st.sampled_from(sorted(self.cabinet.files)))

    def _act(self, case_id, row, person, days, data):
        fields = {}
        for name in (*row.needs, *OPTIONAL.get(row.action, ())):
            if name == "into":
                fields[name] = data.draw(st.sampled_from([*sorted(self.cabinet.files), "nowhere"]), label=name)
            elif name == "allegation_numbers":
                fields[name] = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True), label=name)
            else:
                fields[name] = data.draw(FIELDS[name], label=name)
        before = {id: file.case for id, file in self.cabinet.files.items()}
        self.cabinet.later(days)
        try:
            self.cabinet.act(case_id, row.action, person, **fields)
        except REFUSALS:
            assert before == {id: file.case for id, file in self.cabinet.files.items()}

    @invariant()
    def each_history_replays_to_its_case(self):
        for file in self.cabinet.files.values():
            stored = [entry_of(entry_document(entry)) for entry in file.history]
            assert replay(file.first, stored) == file.case

    @invariant()
    def each_survives_being_stored(self):
        for file in self.cabinet.files.values():
            dates = dates_of(file.case.clocks, file.now, CALENDAR)
            document = new_case_document(file.first, file.history[0], dates)
            assert case_of({**document, **changed_fields(file.case, dates), "version": 1}) == file.case

    @invariant()
    def whoever_follows_shows_what_the_leading_case_does_and_owes_nothing_itself(self):
        for file in self.cabinet.files.values():
            case = file.case
            assert (case.state == "merged") == (case.merged_into is not None)
            if case.merged_into is None:
                continue
            leading = self.cabinet[case.merged_into]
            assert leading.state != "merged"
            assert case.id in [one.case_id for one in leading.followers]
            assert not case.followers
            for name in ("reporter_state", "handler_id", "unit_id", "joint_handler_ids", "result_told"):
                assert getattr(case, name) == getattr(leading, name), name
            assert outcome(case) == outcome(leading)
            assert set(case.excluded_person_ids) >= set(leading.excluded_person_ids)
            assert dates_of(case.clocks, file.now, CALENDAR).next_due_at is None

    @invariant()
    def who_leads_is_followed_by_those_it_names_and_asks_for_their_allegations(self):
        for file in self.cabinet.files.values():
            leading = file.case
            for one in leading.followers:
                follower = self.cabinet[one.case_id]
                assert follower.merged_into == leading.id
                assert len(one.allegations) == len(follower.own)
                assert [leading.allegations[number - 1] for number in one.allegations] == [
                    follower.allegations[number - 1] for number in follower.own
                ]
            named = [number for one in leading.followers for number in one.allegations]
            assert max(Counter(named).values(), default=0) <= 1

    @invariant()
    def what_is_closed_has_an_answer_to_everything_and_waits_for_no_part(self):
        for file in self.cabinet.files.values():
            if file.case.state == "closed":
                assert file.case.own
                assert all(guards.satisfied(file.case).values())
                assert set(dict(file.case.findings)) >= set(file.case.asked)

    @invariant()
    def a_whole_knows_which_of_its_parts_are_over(self):
        for file in self.cabinet.files.values():
            for part in file.case.parts:
                case = self.cabinet[part.case_id]
                assert part.over == (case.state in FINAL)
                assert case.split_from == file.case.id

    @invariant()
    def nobody_who_must_keep_out_handles_or_has_reviewed_a_case(self):
        for file in self.cabinet.files.values():
            case = file.case
            kept_out = set(case.excluded_person_ids)
            if case.state not in FINAL:
                assert kept_out.isdisjoint({case.handler_id, case.reviewer_id, *case.joint_handler_ids})
            for person in PEOPLE:
                if person.id in kept_out:
                    assert allowed_actions(case, person) == []

    @invariant()
    def whoever_keeps_out_of_a_whole_keeps_out_of_its_parts(self):
        for file in self.cabinet.files.values():
            for part in file.case.parts:
                kept_from = self.cabinet[part.case_id]
                assert set(kept_from.excluded_person_ids) >= set(file.case.excluded_person_ids)
                assert set(kept_from.excluded_unit_ids) >= set(file.case.excluded_unit_ids)

    @invariant()
    def somebody_can_move_each_on(self):
        for file in self.cabinet.files.values():
            kept_out = set(file.case.excluded_person_ids)
            if file.case.state not in FINAL and not {DESK.id, EVERYTHING.id} & kept_out:
                people = [DESK, *(one for one in PEOPLE if one.id == file.case.handler_id)]
                assert any(allowed_actions(file.case, one) for one in people)
            if file.case.state == "merged":
                assert "separate" in allowed_actions(file.case, DESK)


# Without shrinking, which takes minutes for a walk; what is printed repeats the walk that failed.
CasesTogether.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, phases=(Phase.explicit, Phase.generate)
)
TestCasesTogether = CasesTogether.TestCase
