"""Coverage and person-times: every figure is the number of what its drill-down lists, whatever happened before."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.refusals import Invalid, NotFound
from services.tasks.handlers import courses, study
from services.tasks.store.study_entries import entry_id
from tests.integration.tasks.building import BUREAU, TRAINER, a_standing, an_exam, by
from tests.integration.tasks.studying import (
    BEGAN,
    NOW,
    a_course,
    a_session,
    attend,
    change,
    entries,
    figures,
    know_unit,
    member,
    people,
)
from tests.support.explaining import BY_READING_ALL, asked, stages

COUNT = itertools.count()
LINES = ("lawyers", "notaries")
NAMES = ("p0", "p1", "p2", "p3")


def a_unit(store):
    """A unit of its own under the bureau with a branch below, so that no other test's people are in it."""
    top = f"unit-{next(COUNT)}"
    know_unit(store, BUREAU)
    know_unit(store, BUREAU, top)
    know_unit(store, BUREAU, top, f"{top}-below")
    return top


def homes(top):
    return ((BUREAU, top), (BUREAU, top, f"{top}-below"), (BUREAU, "elsewhere"))


PEOPLE = st.sampled_from(NAMES)
HOMES = st.integers(0, 2)
WEEKS = st.integers(0, 1)
EVENTS = st.one_of(
    st.tuples(st.just("move"), PEOPLE, HOMES, st.sampled_from(LINES), st.booleans()),
    st.tuples(st.just("hold"), st.integers(0, 1), WEEKS, st.sampled_from([0.0, 0.1, 1.5])),
    st.tuples(st.just("attend"), st.integers(0, 3), st.sets(PEOPLE)),
    st.tuples(st.just("withdraw"), st.integers(0, 3)),
    st.tuples(st.just("shift"), st.integers(0, 3), WEEKS),
    st.tuples(st.just("sit"), PEOPLE, WEEKS, st.booleans()),
    st.tuples(st.just("waive"), PEOPLE),
)

# What every history begins with: two lines, two weeks, two units, and somebody whose attendance was taken back.
BEFORE = [
    ("move", "p1", 1, "notaries", True),
    ("hold", 0, 0, 1.5),
    ("hold", 1, 1, 0.1),
    ("attend", 0, {"p0", "p1", "p2"}),
    ("attend", 1, {"p1", "p3"}),
    ("attend", 0, {"p0", "p1"}),
]


class History:
    """What is done to the store, and what should follow from it, counted independently."""

    def __init__(self, store):
        self.store, self.top = store, a_unit(store)
        self.paths, self.moves, self.sessions, self.held = homes(self.top), {}, [], {}
        self.people, self.study, self.done = {}, {}, set()
        self.firsts = {}
        self.sequence = itertools.count(1)
        self.course = a_course(store, units=[self.top], due_on="2026-03-01")
        for name in NAMES:
            self.move(name, 0, "lawyers", True)

    def id(self, name):
        return f"{self.top}-{name}"

    def move(self, name, home, line, active):
        moves = self.moves[name] = self.moves.get(name, 0) + 1
        who = member(self.store, self.id(name), *self.paths[home], line=line, active=active, sequence=moves)
        self.people[name] = (self.paths[home], line, active)
        assert who.id == self.id(name)

    def hold(self, branch, week, credits):
        starts = BEGAN - timedelta(weeks=week)
        # Every second one is of the course.
        course = self.course if len(self.sessions) % 2 else None
        made = a_session(self.store, self.paths[branch][-1], starts_at=starts, credits=credits, course_id=course)
        self.sessions.append(made["id"])
        self.held[made["id"]] = {"week": week, "credits": credits, "course": course, "present": set()}

    def attend(self, number, names):
        self._on(number, lambda one, held: self._attended(one, held, names))

    def _attended(self, session, held, names):
        attend(self.store, {"id": session}, *[self.id(name) for name in sorted(names)])
        for name in held["present"] - names:
            self.study.pop((name, session))
        for name in names - held["present"]:
            path, line, _ = self.people[name]
            first = self.firsts.setdefault((name, session), (path, line))
            self.study[name, session] = first
        held["present"] = set(names)

    def withdraw(self, number):
        def act(session, held):
            change(self.store, {"id": session}, withdrawn=True, reason="取消")
            for name in held["present"]:
                self.study.pop((name, session))
            self.held.pop(session)

        self._on(number, act)

    def shift(self, number, week):
        def act(session, held):
            starts = BEGAN - timedelta(weeks=week)
            change(self.store, {"id": session}, starts_at=starts, ends_at=starts + timedelta(hours=1))
            held["week"] = week

        self._on(number, act)

    def sit(self, name, week, passed):
        exam = f"{self.top}-exam-{week}"
        at = BEGAN - timedelta(weeks=week)
        standing = a_standing(
            self.id(name), exam, sequence=next(self.sequence), passed=passed, credits=2.0 * passed, submitted_at=at,
            required=False,
        )  # fmt: skip
        study.credit_attempts(self.store, [standing, standing])
        path, line, _ = self.people[name]
        first = self.firsts.setdefault((name, exam), (path, line))
        self.study.pop((name, exam), None)
        self.held[exam] = {"week": week, "credits": 2.0}
        if passed:
            self.study[name, exam] = first

    def waive(self, name):
        if self.people[name]:
            request = {"person_id": self.id(name), "kind": "course", "ref": self.course, "reason": "免修"}
            courses.grant_waiver(self.store, request, by(TRAINER, now=NOW))
            self.done.add(name)

    def _on(self, number, act):
        if number < len(self.sessions) and self.sessions[number] in self.held:
            act(self.sessions[number], self.held[self.sessions[number]])

    def expected(self, weeks, **place):
        """The figures of the weeks (0 is this one) as they should be."""

        def fits(path, line):
            return (
                (place.get("unit_id") is None or place["unit_id"] in path)
                and (place.get("branch_id") is None or path[-1] == place["branch_id"])
                and (place.get("line") is None or line == place["line"])
            )

        counted = [one for (name, one), home in self.study.items() if self.held[one]["week"] in weeks and fits(*home)]
        here = {name for name, (path, line, active) in self.people.items() if active and fits(path, line)}
        studied = {name for name, one in self.study if self.held[one]["week"] in weeks}
        did = self.done | {name for name, one in self.study if self.held[one].get("course")}
        owing = {name for name in here if self.top in self.people[name][0]} - did if 1 in weeks else set()
        return {
            "person_times": len(counted),
            "credits": pytest.approx(sum(self.held[one]["credits"] for one in counted)),
            "people": len(here),
            "covered": len(here & studied),
            "behind": len(owing),
        }


def drilled(store, **asked_for):
    found = entries(store, limit=2, **asked_for)
    assert len({one["id"] for one in found}) == len(found)
    kept = {name: people(store, name, limit=2, **asked_for) for name in ("people", "covered", "behind")}
    uncovered = people(store, "uncovered", limit=1, **asked_for)
    assert sorted([*kept["covered"], *uncovered]) == kept["people"]
    return {
        "person_times": len(found),
        "credits": pytest.approx(sum(one["credits"] for one in found)),
        **{name: len(ids) for name, ids in kept.items()},
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, max_size=14))
def test_every_figure_is_the_number_of_what_it_counts_whatever_happened(store, events):
    history = History(store)
    for name, *details in [*BEFORE, *events]:
        getattr(history, name)(*details)
    period = {"from": "2026-02-23", "to": "2026-03-08"}
    for division in ("unit", "line", "week"):
        answer = figures(store, by=division, unit_id=history.top, **period)
        assert answer["total"] == history.expected({0, 1}, unit_id=history.top)
        assert answer["total"] == drilled(store, unit_id=history.top, **period)
        for item in answer["items"]:
            shown = {name: item[name] for name in answer["total"]}
            query = item["filter"]
            weeks = {0, 1} if division != "week" else {(date(2026, 3, 2) - date.fromisoformat(item["key"])).days // 7}
            place = {name: query.get(name) for name in ("unit_id", "branch_id", "line")}
            assert shown == history.expected(weeks, **place)
            assert shown == drilled(store, **query)
        for name in ("person_times", "people") if division != "week" else ("person_times",):
            assert sum(item[name] for item in answer["items"]) == answer["total"][name]


def test_who_is_behind_is_named_with_what_they_have_not_done(store):
    top = a_unit(store)
    for name in ("did", "did-not", "free"):
        member(store, f"{top}-{name}", BUREAU, top, line="notaries" if name == "free" else "lawyers")
    audience = {"lines": ["lawyers"], "units": [top], "roles": []}
    study.know_exams(store, [an_exam(f"{top}-exam", audience=audience, closes_at=BEGAN)])
    study.know_exams(store, [an_exam(f"{top}-open", audience=audience, closes_at=NOW + timedelta(days=1))])
    study.credit_attempts(store, [a_standing(f"{top}-did", f"{top}-exam", submitted_at=BEGAN)])
    assert figures(store, unit_id=top)["total"]["behind"] == 1
    assert people(store, "behind", unit_id=top) == [f"{top}-did-not"]
    # Its time is over tomorrow, and then nobody has done it.
    assert figures(store, unit_id=top, now=NOW + timedelta(days=2))["total"]["behind"] == 2


def test_where_somebody_studied_stays_and_whoever_was_unknown_is_placed_when_they_are_known(store):
    top = a_unit(store)
    person = f"{top}-late"
    study.credit_attempts(store, [a_standing(person, f"{top}-exam", submitted_at=BEGAN)])
    assert figures(store, unit_id=top)["total"]["person_times"] == 0
    member(store, person, BUREAU, top)
    assert figures(store, unit_id=top)["total"]["person_times"] == 1
    member(store, person, BUREAU, "elsewhere", sequence=2)
    study.credit_attempts(store, [a_standing(person, f"{top}-exam", sequence=2, submitted_at=BEGAN)])
    assert figures(store, unit_id=top)["total"] == {
        "person_times": 1, "credits": 2.0, "people": 0, "covered": 0, "behind": 0,
    }  # fmt: skip


def test_records_of_before_are_counted_too_and_once(store):
    top = a_unit(store)
    person = member(store, f"{top}-old", BUREAU, top)
    study.credit_attempts(store, [a_standing(person.id, f"{top}-exam", submitted_at=BEGAN)])
    # As it was stored before entries were kept by themselves.
    store.db.study_entries.delete_one({"_id": entry_id(person.id, "exam", f"{top}-exam")})
    store.db.study_records.update_one({"_id": person.id}, {"$unset": {"spread": ""}})
    assert figures(store, unit_id=top)["total"]["person_times"] == 0
    for _ in range(2):
        study.spread_entries(store, NOW)
        assert figures(store, unit_id=top)["total"]["person_times"] == 1
    assert store.records_not_spread(10) == []


def test_a_unit_that_is_not_there_and_a_period_that_is_none_are_refused(store):
    with pytest.raises(NotFound):
        figures(store, unit_id="no-such-unit")
    for period in ({"from": "2026-03-08", "to": "2026-03-02"}, {"from": "2024-01-01", "to": "2026-03-02"}):
        with pytest.raises(Invalid):
            figures(store, **period)


def looked_at(store, command):
    told = store.db.command("explain", command, verbosity="executionStats")
    statistics = told.get("executionStats") or told["stages"][0]["$cursor"]["executionStats"]
    return statistics["totalKeysExamined"] + statistics["totalDocsExamined"]


def test_ten_times_the_history_is_not_looked_at_for_the_figures_of_a_week(store, watched, recorder):
    top = a_unit(store)
    names = [f"{top}-{number}" for number in range(20)]
    for name in names:
        member(store, name, BUREAU, top)

    def study_in(week):
        at = BEGAN - timedelta(weeks=week)
        study.credit_attempts(store, [a_standing(name, f"{top}-{week}", submitted_at=at) for name in names])

    def cost():
        recorder.commands.clear()
        figures(watched, unit_id=top)
        entries(watched, limit=10, unit_id=top)
        for figure in ("covered", "uncovered"):
            people(watched, figure, limit=10, unit_id=top)
        commands = asked(recorder)
        assert all(not stages(watched.db, one) & BY_READING_ALL for one in commands)
        return sum(looked_at(watched, one) for one in commands if "study_entries" in one.values())

    study_in(0)
    once = cost()
    for week in range(1, 10):
        study_in(week)
    assert once > len(names)
    assert cost() <= 1.2 * once
