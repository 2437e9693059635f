"""Oversight on a real database: each stage is recorded and told once, whatever happens meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import AutoReconnect

from deploy.local.checkout import ROOT
from services.tasks.handlers.counts import bring_counts_up_to_date
from services.tasks.handlers.oversight import oversee
from services.tasks.store import TasksStore
from services.tasks.store.oversight import FILE_STAGES
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    LEADER,
    NOW,
    SUPERVISOR,
    act,
    by,
    get,
    history,
    investigating,
    opened,
)
from tests.integration.tasks.overseeing import after, concluded, stages, told


def test_as_a_clock_runs_out_each_stage_is_one_line_of_history_and_one_event(store):
    case_id = investigating(store, reporter_mode="anonymous")
    before = get(store, case_id)
    expected = [("remind", 49), ("urge", 61), ("supervise", 69), ("escalate", 79)]
    for count, (stage, day) in enumerate(expected, 1):
        for hour in (0, 1):
            oversee(store, after(days=day, hours=hour))
        assert [name for name, _ in stages(store, case_id)] == [name for name, _ in expected[:count]]
        event = told(store, case_id)[-1]
        assert (event["stage"], event["rule"], event["skipped"]) == (stage, "handle", [])
    oversee(store, after(days=400))
    assert len(stages(store, case_id)) == 4
    assert [event["to"] for event in told(store, case_id)] == [
        ["handler"], ["handler", "desk"], ["desk", "leader"], ["leader", "supervisor"],
    ]  # fmt: skip
    assert [event["level"] for event in told(store, case_id)] == [0, 1, 2, 3]
    assert told(store, case_id)[-1]["handler_id"] == HANDLER.id
    case = get(store, case_id, now=after(days=80))
    assert (case["level"], case["state"], case["version"]) == (3, before["state"], before["version"] + 4)
    assert case["clocks"][-1]["stage"] == "escalate"


def test_after_forty_days_of_outage_each_case_has_one_new_line_that_names_what_was_missed(store):
    # Forty days over the National Day holiday, 1 to 7 October, with its make-up days.
    started = datetime(2026, 9, 1, 1, tzinfo=UTC)
    cases = [opened(store, received_at=started + timedelta(days=day)) for day in range(10)]
    back = datetime(2026, 10, 25, 1, tzinfo=UTC)
    oversee(store, started + timedelta(days=14))
    before = {case_id: stages(store, case_id) for case_id in cases}
    assert {len(one) for one in before.values()} == {0, 1}
    for now in (back, back, back + timedelta(minutes=1)):
        oversee(store, now)
    for case_id in cases:
        [*earlier, (stage, skipped)] = stages(store, case_id)
        assert earlier == before[case_id]
        assert stage == "escalate"
        assert skipped == ["remind", "urge", "supervise"][len(earlier) :]


def test_working_days_after_the_end_leave_out_the_national_day_holiday(store):
    # Due at the end of Wednesday 30 September; the third working day after the holiday is Saturday the 10th, made up.
    case_id = opened(store, reporter_mode="anonymous", received_at=datetime(2026, 9, 15, 1, tzinfo=UTC))
    oversee(store, datetime(2026, 10, 10, 15, tzinfo=UTC))
    assert [stage for stage, _ in stages(store, case_id)] == ["urge"]
    oversee(store, datetime(2026, 10, 10, 17, tzinfo=UTC))
    assert [stage for stage, _ in stages(store, case_id)] == ["urge", "supervise"]


def test_a_suspended_case_is_left_in_peace_and_goes_on_where_it_was(store):
    case_id = investigating(store, reporter_mode="anonymous")
    act(store, case_id, "suspend", by(DESK, now=after(days=40)), reason="等待鉴定")
    oversee(store, after(days=300))
    assert stages(store, case_id) == []
    act(store, case_id, "resume", by(DESK, now=after(days=140)))
    oversee(store, after(days=147))
    assert stages(store, case_id) == []
    oversee(store, after(days=149))
    assert stages(store, case_id) == [("remind", [])]


def test_an_extension_is_reminded_of_again_at_its_own_end(store):
    case_id = investigating(store, reporter_mode="anonymous")
    oversee(store, after(days=50))
    act(store, case_id, "extend", by(LEADER, now=after(days=51)), days=30, approver_id=LEADER.id, reason="复杂")
    oversee(store, after(days=60))
    assert stages(store, case_id) == [("remind", [])]
    oversee(store, after(days=91))
    assert stages(store, case_id) == [("remind", []), ("urge", ["remind"])]


def test_a_clock_that_only_named_reporters_have_is_told_beside_the_case_to_those_of_the_file(store):
    signed, unsigned = (investigating(store, reporter_mode=mode) for mode in ("named", "anonymous"))
    for case_id in (signed, unsigned):
        concluded(store, case_id, NOW)
    before = {case_id: get(store, case_id, SUPERVISOR) for case_id in (signed, unsigned)}
    for now in (after(days=20), after(days=20), after(days=60), after(days=61)):
        oversee(store, now)
    kept = list(store.db[FILE_STAGES].find({"case_id": signed}).sort("at"))
    assert [record["stage"] for record in kept] == ["remind", "urge"]
    events = [event["data"] for record in kept for event in record["outbox"]]
    assert [(event["stage"], event["skipped"], event["to"]) for event in events] == [
        ("remind", [], ["handler"]), ("urge", [], ["handler", "desk"]),
    ]  # fmt: skip
    assert {event["rule"] for event in events} == {"tell_result_named"}
    assert store.db[FILE_STAGES].find_one({"case_id": unsigned}) is None
    for case_id in (signed, unsigned):
        assert stages(store, case_id) == []
        assert get(store, case_id, SUPERVISOR) == before[case_id]
        assert len(history(store, case_id, SUPERVISOR)["items"]) == before[case_id]["version"]
    assert get(store, signed, DESK, now=after(days=61))["clocks"][-1]["stage"] == "urge"


def test_the_event_names_every_time_limit_that_came_to_a_stage_and_what_was_missed(store):
    case_id = opened(store, reporter_mode="anonymous")
    oversee(store, after(days=17))
    [event] = told(store, case_id)
    assert (event["stage"], event["skipped"]) == ("urge", ["remind"])
    assert [(one["rule"], one["stage"]) for one in (event, *event["further"])] == [
        ("register_and_route", "urge"), ("tell_acceptance", "urge"),
    ]  # fmt: skip


def beside(store, case_id):
    """The stages that were kept beside the case, with how many events each has."""
    return [(one["stage"], len(one["outbox"])) for one in store.db[FILE_STAGES].find({"case_id": case_id}).sort("at")]


def test_a_process_that_ends_between_telling_and_noting_it_tells_no_second_time_and_notes_it_then(store):
    case_id = investigating(store, reporter_mode="named")
    concluded(store, case_id, NOW)
    before = store.case(case_id)
    oversee(store, after(days=20))
    noted = store.case(case_id)
    store.db.cases.update_one({"_id": case_id}, {"$set": {name: before[name] for name in ("clocks", "next_stage_at")}})
    oversee(store, after(days=20, hours=1))
    assert beside(store, case_id) == [("remind", 1)]
    assert store.case(case_id)["next_stage_at"] == noted["next_stage_at"] > after(days=20, hours=1)


def test_a_result_that_is_due_a_second_time_is_pressed_for_a_second_time(store):
    case_id = investigating(store, reporter_mode="named")
    concluded(store, case_id, NOW)
    oversee(store, after(days=20))
    act(store, case_id, "send_back", by(LEADER, now=after(days=20)), reason="处理偏轻")
    concluded(store, case_id, after(days=21))
    oversee(store, after(days=40))
    assert beside(store, case_id) == [("remind", 1), ("remind", 1)]


class ChangedMeanwhile:
    """The oversight of a store; between reading a case and writing it, somebody else acts on it."""

    def __init__(self, store, change) -> None:
        self.inner, self.change = store.oversight, change

    def due(self, *args):
        for document in list(self.inner.due(*args)):
            self.change(document["_id"])
            yield document

    def __getattr__(self, name):
        return getattr(self.inner, name)


def test_a_case_that_changes_meanwhile_is_taken_in_the_next_round(store, mongo_client, database_prefix):
    case_id = opened(store, reporter_mode="anonymous")
    other = opened(store, reporter_mode="anonymous")
    busy = TasksStore(mongo_client, database_prefix)
    busy.oversight = ChangedMeanwhile(
        store, lambda one: one == case_id and act(store, case_id, "accept", by(DESK, now=after(days=16)))
    )
    oversee(busy, after(days=16))
    assert stages(store, case_id) == []
    assert stages(store, other) == [("urge", ["remind"])]
    oversee(store, after(days=16))
    assert stages(store, case_id) == []
    oversee(store, after(days=70))
    assert stages(store, case_id) == [("remind", [])]


def test_a_case_that_cannot_be_dealt_with_holds_no_other_up(store):
    broken, whole = (opened(store, reporter_mode="anonymous", received_at=after(days=days)) for days in (0, 1))
    store.db.cases.update_one({"_id": broken}, {"$set": {"clocks.0.rule": "no_such_rule"}})
    oversee(store, after(days=17))
    assert stages(store, whole) == [("urge", ["remind"])]
    store.db.cases.delete_one({"_id": broken})


def test_a_database_that_is_away_ends_the_round_instead_of_being_told_of_every_case(
    store, mongo_client, database_prefix, monkeypatch
):
    case_id = opened(store, reporter_mode="anonymous")
    cut_off, tried = TasksStore(mongo_client, database_prefix), []

    def away(document, *_):
        tried.append(document["_id"])
        raise AutoReconnect("away")

    monkeypatch.setattr(cut_off, "record_action", away)
    with pytest.raises(AutoReconnect):
        oversee(cut_off, after(days=17))
    assert len(tried) == 1
    oversee(store, after(days=17))
    assert stages(store, case_id) == [("urge", ["remind"])]


def test_a_case_that_a_release_before_has_kept_is_overseen_too(store):
    case_id = opened(store, reporter_mode="anonymous")
    later = ("facets", "open_due_at", "next_stage_at")
    store.db.cases.update_one({"_id": case_id}, {"$unset": dict.fromkeys(later)})
    oversee(store, after(days=17))
    assert stages(store, case_id) == []
    bring_counts_up_to_date(store)
    oversee(store, after(days=17))
    assert stages(store, case_id) == [("urge", ["remind"])]


def test_of_more_cases_than_are_looked_at_in_one_round_the_longest_waiting_come_first(store):
    for days in (2, 0, 1):
        opened(store, reporter_mode="anonymous", received_at=after(days=days))
    waiting = [document["next_stage_at"] for document in store.oversight.due(after(days=40), 1000, 2)]
    assert waiting == sorted(waiting) != waiting[::-1]
    [first] = store.oversight.due(after(days=40), 1, 1)
    assert first["next_stage_at"] == waiting[0]


def test_two_replicas_at_once_record_each_stage_once(store, mongo_client, database_prefix):
    cases = [opened(store, reporter_mode="anonymous") for _ in range(40)]
    replicas = [TasksStore(mongo_client, database_prefix) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda replica: oversee(replica, after(days=13)), replicas))
    oversee(store, after(days=13))
    for case_id in cases:
        assert stages(store, case_id) == [("remind", [])]
        assert len(told(store, case_id)) == 1


# It dies somewhere in the recording of the fortieth of the cases that it is given.
KILLED = """
import os
import signal
import sys
from datetime import datetime
from threading import Thread
from services.tasks.handlers.oversight import oversee
from services.tasks.store import TasksStore
from tests.support.stores import client_of

uri, prefix, now, *left = sys.argv[1:]

class Dying(TasksStore):
    def record_action(self, document, *arguments):
        if document["_id"] in left:
            left.remove(document["_id"])
            if len(left) == 110:
                Thread(target=os.kill, args=(os.getpid(), signal.SIGKILL)).start()
        return super().record_action(document, *arguments)

with client_of(uri) as client:
    oversee(Dying(client, prefix), datetime.fromisoformat(now))
"""


def test_a_process_that_is_killed_in_the_middle_leaves_each_stage_recorded_once(store, mongo_uri, database_prefix):
    cases = [opened(store, reporter_mode="anonymous") for _ in range(150)]
    now = after(days=17)
    program = [sys.executable, "-c", KILLED, mongo_uri, database_prefix, now.isoformat(), *cases]
    killed = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    recorded = {"_id": {"$in": cases}, "history.action": "urge"}
    assert 0 < store.db.cases.count_documents(recorded) < len(cases)
    oversee(store, now)
    for case_id in cases:
        assert stages(store, case_id) == [("urge", ["remind"])]
        assert len(told(store, case_id)) == 1


def test_the_cases_that_oversight_comes_to_are_found_by_one_index_that_holds_those_in_hand_alone(store):
    closed = opened(store, reporter_mode="anonymous")
    act(store, closed, "refuse", by(DESK), ground="no_substance", reason="无实质内容")
    oversee(store, after(days=500))
    explained = store.db.cases.find({"next_stage_at": {"$lte": after(days=500)}}).sort("next_stage_at", 1).explain()
    assert "'indexName': 'stage'" in str(explained["queryPlanner"]["winningPlan"])
    assert explained["executionStats"]["totalDocsExamined"] == explained["executionStats"]["nReturned"] == 0
