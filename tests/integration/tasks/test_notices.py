"""Notices on the real database: made once of each cause, lost never, shown to nobody who may not know."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from chassis import clock
from chassis.refusals import NotFound, Stale
from services.tasks.handlers import conflicts, notice_settings, notices, study
from services.tasks.model.refusals import Invalid
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, NOW, OFFICE, a_person, act, actor, by, get, opened
from tests.integration.tasks.noticing import (
    Staff,
    a_message,
    a_stage,
    an_identity_request,
    inbox,
    kinds,
    make,
    mark_read,
    unread,
    wants,
)
from tests.integration.tasks.test_further_units import named
from tests.support.explaining import BY_READING_ALL, asked, stages, walk


@pytest.fixture
def staff(store: TasksStore) -> Iterator[Staff]:
    make(store)
    people = Staff(store, secrets.token_hex(4))
    yield people
    people.leave()


def assigned(store: TasksStore, staff: Staff, **changes: object) -> str:
    case_id = opened(store, **changes)
    act(store, case_id, "accept", by(staff.desk))
    act(store, case_id, "assign", by(staff.desk), handler_id=staff.handler.id)
    return case_id


def concluded(store: TasksStore, staff: Staff) -> str:
    case_id = assigned(store, staff)
    handler = by(staff.handler)
    act(store, case_id, "start", handler)
    act(store, case_id, "record_step", handler, what="谈话", evidence=["笔录"])
    act(store, case_id, "record_finding", handler, allegation=1, outcome="unsubstantiated", reason="查无实据")
    act(store, case_id, "conclude", handler)
    return case_id


def test_the_handler_finds_an_assignment_and_nothing_of_what_the_case_is_about(store, staff):
    case_id = assigned(store, staff)
    make(store)
    (notice,) = inbox(store, staff.handler)
    number = get(store, case_id)["number"]
    assert notice == {
        "id": notice["id"],
        "kind": "assigned",
        "case_id": case_id,
        "number": number,
        "at": "2026-03-02T01:00:00.000Z",
        "read": False,
    }
    stored = store.db.notices.find_one({"_id": notice["id"]})
    assert set(stored) == {
        "_id", "person_id", "kind", "case_id", "number", "at", "unread", "mail_from", "forget_at"
    }  # fmt: skip


def test_a_whole_life_tells_each_person_what_is_theirs(store, staff):
    case_id = concluded(store, staff)
    make(store)
    act(store, case_id, "send_back", by(staff.leader), reason="证据不足")
    make(store)
    assert kinds(store, staff.handler) == ["sent_back", "assigned"]
    assert kinds(store, staff.leader) == ["concluded"]
    assert kinds(store, staff.desk) == ["concluded"]
    assert kinds(store, staff.other) == kinds(store, staff.custodian) == []


def test_opening_and_accepting_a_case_tells_nobody_and_leaves_nothing_on_it(store, staff):
    case_id = opened(store)
    act(store, case_id, "accept", by(staff.desk))
    make(store)
    assert kinds(store, staff.desk) == []
    assert "to_notify" not in store.db.cases.find_one({"_id": case_id})


def test_a_process_that_ends_at_any_step_loses_and_doubles_nothing(store, staff, monkeypatch):
    assigned(store, staff)

    def die(*_: object, **__: object) -> None:
        raise AutoReconnect("the process ends here")

    for part, method in (
        (store.notices, "add"),
        (store.mailboxes, "expect"),
        (store.notices, "told"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(part, method, die)
            with pytest.raises(AutoReconnect):
                make(store)
    make(store)
    make(store)
    assert kinds(store, staff.handler) == ["assigned"]
    assert store.notices.waiting_cases(1000) == []


def test_what_happens_while_notices_are_made_is_told_too(store, staff, monkeypatch):
    case_id = assigned(store, staff)
    told = store.notices.told

    def returned_before(causes: dict[str, list[str]]) -> None:
        monkeypatch.setattr(store.notices, "told", told)
        act(store, case_id, "return", by(staff.handler), reason="应当回避")
        told(causes)

    monkeypatch.setattr(store.notices, "told", returned_before)
    make(store)
    assert "returned" in kinds(store, staff.desk)
    assert store.notices.waiting_cases(1000) == []


def test_whoever_has_left_is_told_of_nothing_more(store, staff):
    assigned(store, staff)
    staff.leave()
    make(store)
    assert kinds(store, staff.handler) == []


def test_two_replicas_make_every_notice_once(store, staff):
    assigned(store, staff)
    waiting = store.notices.waiting_cases(100)
    make(store)
    causes = [(notices.cause_of(cause), case) for case in waiting for cause in case["to_notify"]]
    notices._tell(store, causes, NOW)
    assert kinds(store, staff.handler) == ["assigned"]


def test_what_was_told_leaves_the_version_of_the_case_alone(store, staff):
    case_id = assigned(store, staff)
    before = get(store, case_id)["version"]
    make(store)
    assert get(store, case_id)["version"] == before
    act(store, case_id, "return", by(staff.handler), reason="应当回避")


def test_a_reassigned_case_is_told_to_the_new_handler_and_gone_from_the_old_ones_inbox(store, staff):
    case_id = assigned(store, staff)
    make(store)
    act(store, case_id, "reassign", by(staff.desk), handler_id=staff.other.id, reason="人手调整")
    make(store)
    assert kinds(store, staff.other) == ["reassigned"]
    assert kinds(store, staff.handler) == []
    assert unread(store, staff.handler) == 0


def test_a_unit_that_turns_out_to_be_concerned_loses_sight_of_notices_made_before(store, staff):
    case_id = assigned(store, staff)
    make(store)
    assert unread(store, staff.handler) == 1
    conflicts.keep_from_units(store, named(case_id, OFFICE))
    assert inbox(store, staff.handler) == []
    assert unread(store, staff.handler) == 0


def test_nobody_of_an_excluded_unit_gets_a_notice(store, staff):
    desk_inside = actor("desk", id=f"inside-{secrets.token_hex(4)}", path=(BUREAU, OFFICE))
    study.know_people(store, [a_person(desk_inside)])
    case_id = opened(store, subject_unit_ids=[OFFICE])
    notices.tell_of_messages(store, [a_message(case_id)], NOW)
    assert kinds(store, staff.desk) == ["message"]
    assert store.db.notices.count_documents({"person_id": desk_inside.id}) == 0
    study.know_people(store, [a_person(desk_inside, active=False, sequence=2)])


def test_a_message_is_told_once_to_the_handler_and_never_for_what_staff_wrote(store, staff):
    case_id = assigned(store, staff)
    make(store)
    message = a_message(case_id, 1)
    for _ in range(2):
        notices.tell_of_messages(store, [message, a_message(case_id, 2, author="staff")], NOW)
    assert kinds(store, staff.handler) == ["message", "assigned"]
    assert kinds(store, staff.desk) == []


def test_a_message_is_told_to_whoever_handles_a_part_too(store, staff):
    case_id = opened(store)
    act(store, case_id, "accept", by(staff.desk), allegations=["甲", "乙", "丙"])
    theirs, _nobodys = (
        act(store, case_id, "split", by(staff.desk), allegation_numbers=[number], reason="另案")["parts"][-1]
        for number in (2, 3)
    )
    for id, who in ((case_id, staff.handler), (theirs["id"], staff.other)):
        act(store, id, "assign", by(staff.desk), handler_id=who.id)
    make(store)

    notices.tell_of_messages(store, [a_message(case_id)], NOW)

    assert kinds(store, staff.handler) == kinds(store, staff.other) == ["message", "assigned"]
    assert inbox(store, staff.other)[0]["case_id"] == theirs["id"]
    assert kinds(store, staff.desk) == []


def test_a_message_of_a_merged_report_is_told_to_whoever_handles_it_now(store, staff):
    leading, between, case_id = assigned(store, staff), opened(store), opened(store)
    act(store, case_id, "merge", by(staff.desk), into=between, reason="同一事项")
    act(store, between, "merge", by(staff.desk), into=leading, reason="同一事项")
    make(store)

    notices.tell_of_messages(store, [a_message(case_id)], NOW)

    assert kinds(store, staff.handler) == ["message", "assigned"]
    assert inbox(store, staff.handler)[0]["case_id"] == leading
    assert kinds(store, staff.desk) == []


def test_what_is_kept_of_a_message_tells_no_more_than_the_hour(store, staff):
    case_id = assigned(store, staff)
    notices.tell_of_messages(store, [a_message(case_id)], NOW + timedelta(minutes=17))
    (stored,) = store.db.notices.find({"person_id": staff.handler.id, "kind": "message"})
    for field in ("at", "mail_from", "forget_at"):
        assert (stored[field].minute, stored[field].second, stored[field].microsecond) == (0, 0, 0)


def test_stages_of_a_time_limit_go_to_whom_the_event_names_and_leaders_of_the_unit(store, staff):
    case_id = assigned(store, staff)
    make(store)
    far = actor("leader", id=f"far-{secrets.token_hex(4)}", path=(BUREAU, "elsewhere"))
    study.know_people(store, [a_person(far)])
    stage = a_stage(case_id, "escalate", ["handler", "desk", "leader"], staff.handler)
    for _ in range(2):
        notices.tell_of_stage(store, stage, NOW)
    for one in (staff.handler, staff.desk, staff.leader):
        assert kinds(store, one)[0] == "escalate"
    assert kinds(store, far) == kinds(store, staff.other) == []
    study.know_people(store, [a_person(far, active=False, sequence=2)])


def test_a_time_limit_that_only_named_reporters_have_is_told_to_readers_of_the_file_alone(store, staff):
    case_id = assigned(store, staff)
    make(store)
    stage = a_stage(case_id, "urge", ["handler", "leader"], staff.handler, subject=f"{case_id}.stage")
    notices.tell_of_stage(store, stage, NOW)
    assert kinds(store, staff.handler) == ["urge", "assigned"]
    assert store.db.notices.count_documents({"person_id": staff.leader.id}) == 0


def test_custodians_are_told_that_identity_is_asked_for_and_the_requester_what_was_decided(store, staff):
    case_id = assigned(store, staff)
    make(store)
    notices.tell_of_identity_request(store, an_identity_request(case_id, staff.handler, "asked"), NOW)
    assert kinds(store, staff.custodian) == ["identity_asked"]
    notices.tell_of_identity_request(store, an_identity_request(case_id, staff.handler, "approved"), NOW)
    notices.tell_of_identity_request(store, an_identity_request(case_id, staff.handler, "over"), NOW)
    assert kinds(store, staff.handler) == ["identity_decided", "assigned"]
    assert kinds(store, staff.custodian) == ["identity_asked"]


def test_notices_are_read_one_by_one_or_up_to_one_and_only_ones_own(store, staff):
    case_id = assigned(store, staff)
    make(store)
    for number in range(3):
        notices.tell_of_messages(store, [a_message(case_id, number + 1)], NOW)
    newest, *_, oldest = inbox(store, staff.handler)
    assert mark_read(store, staff.other, ids=[newest["id"]]) == 0
    assert unread(store, staff.handler) == 4
    with pytest.raises(NotFound):
        mark_read(store, staff.other, up_to=newest["id"])
    assert mark_read(store, staff.handler, ids=[oldest["id"]]) == 3
    assert [one["read"] for one in inbox(store, staff.handler)] == [False, False, False, True]
    second = inbox(store, staff.handler, unread=True)[1]
    assert mark_read(store, staff.handler, up_to=second["id"]) == 1
    assert [one["id"] for one in inbox(store, staff.handler, unread=True)] == [newest["id"]]
    assert len(inbox(store, staff.handler, unread=False)) == 3


def test_pages_hold_every_notice_once(store, staff):
    case_id = assigned(store, staff)
    make(store)
    notices.tell_of_messages(store, [a_message(case_id, number + 1) for number in range(5)], NOW)
    seen, cursor = [], None
    while True:
        request = {"limit": 2, "cursor": cursor}
        page = notices.list_mine(store, request, by(staff.handler))
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_notices_are_forgotten_half_a_year_after_they_were_made(store, staff):
    assigned(store, staff)
    make(store)
    (stored,) = store.db.notices.find({"person_id": staff.handler.id})
    assert timedelta(days=179) < stored["forget_at"] - clock.now() < timedelta(days=181)
    forgetting = [index for index in store.db.notices.index_information().values() if "expireAfterSeconds" in index]
    assert [(index["key"], index["expireAfterSeconds"]) for index in forgetting] == [([("forget_at", 1)], 0)]


def test_settings_begin_as_everybodys_and_change_by_version(store, staff):
    first = notice_settings.get_mine(store, {}, by(staff.handler))
    assert (first["mail"], first["digest_at"], first["version"]) == ("digest", ["08:30"], 0)
    changed = wants(store, staff.handler, 0, mail="at_once", quiet=None)
    assert (changed["mail"], changed["quiet"], changed["version"]) == ("at_once", None, 1)
    with pytest.raises(Stale):
        wants(store, staff.handler, 0, mail="off")
    assert wants(store, staff.handler, mail="off")["version"] == 2
    assert notice_settings.get_mine(store, {}, by(staff.handler))["mail"] == "off"


def test_a_digest_that_could_never_go_is_refused(store, staff):
    with pytest.raises(Invalid):
        wants(store, staff.handler, mail="digest", digest_at=["22:00"])


def test_every_query_is_served_by_an_index(watched, recorder, store, staff):
    case_id = assigned(store, staff)
    make(watched)
    notices.tell_of_messages(watched, [a_message(case_id, number + 1) for number in range(3)], NOW)
    notices.tell_of_stage(watched, a_stage(case_id, "urge", ["handler", "leader"], staff.handler), NOW)
    for unread_only in ({}, {"unread": True}, {"unread": False}):
        walk(lambda page, one=unread_only: notices.list_mine(watched, {**one, **page}, by(staff.handler)))
    newest = inbox(watched, staff.handler)[0]
    mark_read(watched, staff.handler, ids=[newest["id"]])
    mark_read(watched, staff.handler, up_to=newest["id"])
    wants(watched, staff.handler, mail="off")
    wants(watched, staff.handler, mail="digest")
    commands = asked(recorder)
    assert len(commands) > 25
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command
