"""Who is told of what happens to a case, and what a mail says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from chassis.mail import MailServer
from contracts.roles import ALL_ROLES
from contracts.tasks.operations.notices import TOLD as MAY_READ
from contracts.tasks.schemas.notices import MAIL_MODES, NOTICE_KINDS
from gateway.texts import notices as texts
from services.tasks.letters import compose
from services.tasks.model.case import Case, Entry
from services.tasks.model.notices import (
    BY_ACTION,
    KINDS,
    TABLE,
    TOLD,
    URGENT,
    Cause,
    Recipient,
    for_leaders_of,
    mail_from,
    may_be_told,
    of_action,
    of_kind,
    recipients,
)
from services.tasks.model.quiet_hours import MODES
from services.tasks.model.rules import ABOVE
from services.tasks.model.supervision import Supervision
from services.tasks.model.transitions import BY_ACTION as ROWS
from services.tasks.settings import Postbox
from tests.unit.tasks.builders import BUREAU, DESK, DISTRICT, HANDLER, LEADER, MORNING, OFFICE, SUPERVISOR, File, report

POSTBOX = Postbox(
    MailServer("mail.example", 25, "none"), "mingjing@sfj.example", "https://console.example", 1.0, (1.0,)
)


def person(id: str, *roles: str, unit_path: tuple[str, ...] = (BUREAU, OFFICE)) -> Recipient:
    return Recipient(id, frozenset(roles), unit_path)


EVERYBODY = [person(role, role) for role in sorted(ALL_ROLES)]


def told(cause: Cause | None, case: Case) -> set[str]:
    assert cause is not None
    return {one.id for one in recipients(cause, EVERYBODY, case)}


def concluded() -> File:
    file = File().act("accept", DESK).act("assign", DESK, handler_id=HANDLER.id).act("start", HANDLER)
    file.act("record_step", HANDLER, what="谈话", evidence=["笔录"])
    file.act("record_finding", HANDLER, allegation=1, outcome="unsubstantiated", reason="查无实据")
    return file.act("conclude", HANDLER)


def last(file: File) -> Cause | None:
    return of_action(file.history[-1], file.case, "cause-1")


def test_every_kind_has_its_words_in_both_languages() -> None:
    assert set(KINDS) == set(NOTICE_KINDS)
    for language in (texts.ZH, texts.EN):
        assert {name.removeprefix("notice.") for name in language if name.startswith("notice.")} == set(KINDS)
    assert len({kind.zh for kind in TABLE}) == len({kind.en for kind in TABLE}) == len(TABLE)


def test_contracts_and_rules_name_the_same_modes_and_roles() -> None:
    assert MODES == MAIL_MODES
    assert TOLD == MAY_READ


def test_every_action_that_is_told_is_one_and_opening_is_none() -> None:
    assert BY_ACTION.keys() <= ROWS.keys()
    assert set(BY_ACTION.values()) <= KINDS.keys()
    assert "open" not in BY_ACTION


def test_the_handler_is_told_of_an_assignment_and_the_desk_of_a_return() -> None:
    file = File().act("accept", DESK).act("assign", DESK, handler_id=HANDLER.id)
    assert told(last(file), file.case) == {"handler"}
    file.act("return", HANDLER, reason="应当回避")
    assert told(last(file), file.case) == {"desk"}


def test_whoever_may_review_is_told_of_a_conclusion_and_the_handler_of_what_came_of_it() -> None:
    file = concluded()
    assert told(last(file), file.case) == {"desk", "leader"}
    assert told(last(file.act("send_back", LEADER, reason="证据不足")), file.case) == {"handler"}


def test_nobody_is_told_of_what_they_did_themselves() -> None:
    file = concluded()
    cause = last(file)
    assert cause is not None
    assert told(replace(cause, by_id="desk"), file.case) == {"leader"}


def test_the_desk_is_told_that_a_case_is_begun_anew_or_lost_its_handler() -> None:
    case = replace(report(), state="closed")
    for action, code in (("reopen", "reopened"), ("re_review_inadequate", "reopened"), ("exclude_handler", "returned")):
        entry = Entry(action, MORNING, "supervisor", "某人", "closed", "registered", details={"handler_id": "handler"})
        cause = of_action(entry, case, "c")
        assert cause is not None
        assert cause.kind == code
        assert told(cause, case) == {"desk"}


@pytest.mark.parametrize(
    ("action", "kind", "to"),
    [
        ("assign", "assigned", {"handler"}),
        ("insist", "assigned", {"handler"}),
        ("reassign", "reassigned", {"handler"}),
        ("join", "joined", {"handler"}),
        ("return", "returned", {"desk"}),
        ("object", "objected", {"desk"}),
        ("send_back", "sent_back", {"handler"}),
        ("conclude", "concluded", {"desk", "leader"}),
        ("close", "closed", {"handler"}),
        ("re_examine", "re_examined", {"desk"}),
        ("reopen", "reopened", {"desk"}),
        ("supervise", "supervise", {"handler"}),
        ("extend", "extension_decided", {"handler"}),
        ("approve_extension", "extension_decided", {"handler"}),
        ("refuse_extension", "extension_decided", {"handler"}),
    ],
)
def test_each_action_is_told_as_what_it_is_to_whom_it_is_for(action: str, kind: str, to: set[str]) -> None:
    case = replace(report(), state="assigned", handler_id=HANDLER.id)
    details = {"handler_id": HANDLER.id} if ROWS[action].needs[:1] == ("handler_id",) or action == "insist" else {}
    cause = of_action(Entry(action, MORNING, "admin", "某人", "assigned", "assigned", details=details), case, "c")
    assert cause is not None
    assert (cause.kind, told(cause, case)) == (kind, to)


def test_only_what_was_taken_to_the_highest_level_is_urgent() -> None:
    assert URGENT == ("escalate",)


def test_who_is_asked_and_who_asked_are_told_of_each_other() -> None:
    case = replace(report(), handler_id=HANDLER.id, supervisions=(Supervision(1, MORNING, "leader"),))
    asked = Entry(
        "ask_extension", MORNING, "handler", "某人", "assigned", "assigned", details={"approver_id": "leader"}
    )
    assert told(of_action(asked, case, "c"), case) == {"leader"}
    refused = Entry("refuse_extension", MORNING, "leader", "某人", "assigned", "assigned")
    assert told(of_action(refused, case, "c"), case) == {"handler"}
    answer = Entry("answer_supervision", MORNING, "handler", "某人", "assigned", "assigned", details={"order": 1})
    assert told(of_action(answer, case, "c"), case) == {"leader"}


def test_a_joint_handler_is_told_of_joining_and_then_of_what_comes_back() -> None:
    case = replace(report(), handler_id=HANDLER.id, joint_handler_ids=("other-handler",))
    people = [person("handler", "handler"), person("other-handler", "handler")]
    joined = Entry("join", MORNING, "desk", "某人", "assigned", "assigned", details={"handler_id": "other-handler"})
    cause = of_action(joined, case, "c")
    assert cause is not None
    assert [one.id for one in recipients(cause, people, case)] == ["other-handler"]
    back = of_action(Entry("send_back", MORNING, "leader", "某人", "feedback", "investigating"), case, "c")
    assert back is not None
    assert {one.id for one in recipients(back, people, case)} == {"handler", "other-handler"}


def test_a_closed_case_is_told_to_its_handler_only() -> None:
    file = concluded()
    file.act("tell_result", HANDLER).act("confirm_adequate", SUPERVISOR, reason="适当").act("close", DESK)
    assert told(last(file), file.case) == {"handler"}


def test_who_handled_a_case_before_is_not_told_to_whom_it_went() -> None:
    file = File().act("accept", DESK).act("assign", DESK, handler_id=HANDLER.id)
    file.act("reassign", DESK, handler_id="other-handler", reason="人手调整")
    cause = last(file)
    assert cause is not None
    people = [person("handler", "handler"), person("other-handler", "handler")]
    assert [one.id for one in recipients(cause, people, file.case)] == ["other-handler"]


def test_a_message_goes_to_the_handler_and_to_the_desk_while_there_is_none() -> None:
    assert told(of_kind("message", report(), "m", MORNING), report()) == {"desk"}
    held = replace(report(), handler_id=HANDLER.id)
    assert told(of_kind("message", held, "m", MORNING), held) == {"handler"}


def test_nobody_of_a_unit_concerned_is_told_anything_but_the_supervision_group() -> None:
    case = replace(report(excluded_unit_ids=[OFFICE]), handler_id=HANDLER.id)
    for kind in TABLE:
        cause = Cause("c", kind.code, MORNING, None, tuple(one.id for one in EVERYBODY), frozenset(ALL_ROLES))
        assert told(cause, case) <= {"supervisor"}
    desk_elsewhere = person("desk-2", "desk", unit_path=(BUREAU, DISTRICT))
    assert may_be_told("returned", desk_elsewhere, case)


def test_a_case_about_the_head_is_told_to_the_supervision_group_alone() -> None:
    case = report(route=ABOVE)
    for kind in TABLE:
        cause = Cause("c", kind.code, MORNING, None, (), frozenset(ALL_ROLES))
        assert told(cause, case) <= {"supervisor"}


def test_a_person_who_must_keep_out_is_told_nothing() -> None:
    case = replace(report(), handler_id=HANDLER.id, excluded_person_ids=("handler", "desk", "custodian"))
    for code in ("message", "returned", "identity_asked"):
        cause = Cause("c", code, MORNING, None, ("handler",), frozenset({"desk", "custodian"}))
        assert told(cause, case) == set()


def test_identity_requests_are_told_to_custodians_who_are_told_nothing_else() -> None:
    custodian = person("custodian", "custodian")
    assert [kind.code for kind in TABLE if may_be_told(kind.code, custodian, report())] == ["identity_asked"]


def test_a_time_limit_that_only_named_reporters_have_is_told_to_readers_of_the_file_alone() -> None:
    case = replace(report(), handler_id=HANDLER.id)
    cause = of_kind("escalate", case, "c", MORNING, to=["handler", "desk", "leader", "supervisor"])
    assert told(cause, case) == {"handler", "desk", "leader", "supervisor"}
    assert told(replace(cause, of_file=True), case) == {"handler", "desk"}


def test_of_leaders_those_of_the_unit_and_above_are_told_and_all_where_there_are_none() -> None:
    cause = of_kind("supervise", report(), "c", MORNING, to=["leader"])
    leaders = [
        person("root", "leader", unit_path=(BUREAU,)),
        person("own", "leader", unit_path=(BUREAU, OFFICE)),
        person("other", "leader", unit_path=(BUREAU, DISTRICT)),
    ]
    chosen = for_leaders_of(cause, (BUREAU, OFFICE), leaders)
    assert {one.id for one in recipients(chosen, leaders, report())} == {"root", "own"}
    assert {one.id for one in recipients(for_leaders_of(cause, (), leaders), leaders, report())} == {
        "root",
        "own",
        "other",
    }


def test_what_the_clocks_tell_by_their_own_event_is_not_told_twice() -> None:
    entry = Entry("supervise", MORNING, None, None, "assigned", "assigned")
    assert of_action(entry, report(), "c") is None
    assert of_action(replace(entry, by_id="leader"), report(), "c") is not None


@pytest.mark.parametrize("minute", [0, 1, 59])
def test_the_mail_about_a_message_tells_no_more_than_the_hour_of_it(minute: int) -> None:
    now = datetime(2026, 3, 2, 1, minute, tzinfo=UTC)
    assert mail_from("message", MORNING, now) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert mail_from("re_examined", MORNING, now) == datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_what_is_told_at_once_may_be_mailed_from_when_it_happened_on_and_what_is_told_late_from_then_on() -> None:
    assert mail_from("assigned", MORNING, MORNING + timedelta(seconds=59)) == MORNING
    assert mail_from("assigned", MORNING, MORNING + timedelta(minutes=59)) == MORNING + timedelta(minutes=59)


def letter(lines: list[dict[str, str]], opened: int = 0, *, more: bool = False) -> EmailMessage:
    raw = compose(POSTBOX, "someone@sfj.example", "sending-1", MORNING, lines, opened, more)
    assert not any(line.startswith(b".") for line in raw.splitlines())
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_says_how_many_which_kinds_which_numbers_and_where_and_nothing_else() -> None:
    lines = [{"kind": "assigned", "number": "2026-000002"}, {"kind": "assigned", "number": "2026-000001"}]
    message = letter([*lines, {"kind": "message", "number": "2026-000001"}], opened=12)
    assert message["Subject"] == "明镜：15 件事项待查看 / 15 to look at"
    assert (message["To"], message["From"], message["Auto-Submitted"]) == (
        "someone@sfj.example",
        "mingjing@sfj.example",
        "auto-generated",
    )
    assert message.get_content().splitlines() == [
        "您有 15 件事项待查看。",
        "You have 15 things to look at.",
        "",
        "交办 Assigned to you: 2026-000002, 2026-000001",
        "举报人来信 Message from the reporter: 2026-000001",
        "新登记线索 New cases: 12",
        "",
        "https://console.example",
    ]


def test_every_attempt_is_the_same_mail() -> None:
    lines = [{"kind": "closed", "number": "2026-000002"}]
    assert letter(lines).as_bytes() == letter(lines).as_bytes()
    assert letter(lines)["Message-ID"] == "<sending-1@sfj.example>"


def test_a_long_list_is_cut_and_says_so() -> None:
    lines = [{"kind": "closed", "number": f"2026-{number:06}"} for number in range(60)]
    text = letter(lines, opened=1000, more=True).get_content()
    assert "… +10" in text
    assert "New cases: 1000+" in text
    assert "2026-000059" not in text


def test_a_mail_about_a_message_is_never_due_before_the_message() -> None:
    late = MORNING + timedelta(hours=5)
    assert mail_from("message", MORNING, late) > late
