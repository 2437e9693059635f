"""Which clocks an action starts, meets, stops and drops."""

from dataclasses import replace

from services.tasks.model import clocks
from services.tasks.model.case import Case
from tests.unit.tasks.builders import CALENDAR, DESK, HANDLER, LEADER, File, report
from tests.unit.tasks.cabinet import Cabinet


def states(file: File) -> list[tuple[str, str]]:
    return [(clock.rule, clocks.state(clock, file.now, CALENDAR)) for clock in file.case.clocks]


def due_of(case: Case, rule: str, file: File):
    clock = [clock for clock in case.clocks if clock.rule == rule][-1]
    return clocks.due_at(clock, file.now, CALENDAR)


def test_a_named_report_starts_three_clocks_an_anonymous_one_two_and_what_nobody_reported_one():
    assert [clock.rule for clock in report().clocks] == [
        "register_and_route", "tell_acceptance", "tell_acceptance_named",
    ]  # fmt: skip
    assert len(report(reporter_mode="anonymous").clocks) == 2
    for kind in ("clue", "review"):
        assert [clock.rule for clock in report(source_kind=kind, reporter_mode=None).clocks] == ["propose_handling"]


def test_accepting_meets_the_first_clocks_and_starts_the_sixty_days():
    assert states(File().later(3).accepted()) == [
        ("register_and_route", "met"),
        ("tell_acceptance", "met"),
        ("tell_acceptance_named", "met"),
        ("handle", "running"),
    ]


def test_accepting_too_late_stays_on_record():
    assert states(File().later(16).accepted())[:2] == [
        ("register_and_route", "missed"),
        ("tell_acceptance", "missed"),
    ]


def test_suspending_stops_the_sixty_days_and_resuming_lets_them_run_on():
    file = File().investigating()
    due = due_of(file.case, "handle", file)
    file.later(10).act("suspend", DESK, reason="等待鉴定")
    assert states(file)[-1] == ("handle", "paused")
    assert file.later(100).act("resume", DESK).case.state == "investigating"
    assert states(file)[-1] == ("handle", "running")
    assert (due_of(file.case, "handle", file) - due).days == 100


def test_an_extension_gives_the_sixty_days_thirty_more():
    file = File().investigating()
    due = due_of(file.case, "handle", file)
    file.act("extend", LEADER, days=30, approver_id=LEADER.id, reason="复杂")
    assert (due_of(file.case, "handle", file) - due).days == 30


def test_concluding_meets_the_sixty_days_and_starts_the_clock_for_telling_the_result():
    file = File().concluded()
    assert states(file)[-2:] == [("handle", "met"), ("tell_result_named", "running")]
    assert states(file.act("tell_result", HANDLER))[-1] == ("tell_result_named", "met")


def test_what_is_sent_back_was_not_done_so_the_sixty_days_run_on():
    file = File().concluded().later(70).act("send_back", LEADER, reason="处理偏轻")
    assert states(file)[-1] == ("handle", "missed")
    assert clocks.next_due_at(file.case.clocks, file.now, CALENDAR) < file.now


def test_a_transferred_case_is_no_longer_ours_to_handle_in_time():
    file = File().accepted().act("transfer", DESK, body="市纪委监委", reason="管辖")
    assert "handle" not in dict(states(file))
    assert clocks.next_due_at(file.case.clocks, file.now, CALENDAR) is None


def test_a_reopened_case_starts_its_first_clocks_again():
    file = File().closed().later(200).act("reopen", DESK, reason="新证据")
    assert states(file)[-3:] == [
        ("register_and_route", "running"),
        ("tell_acceptance", "running"),
        ("tell_acceptance_named", "running"),
    ]
    assert states(file.later(1).accepted())[-1] == ("handle", "running")


def test_a_clue_that_leads_a_report_owes_its_reporter_what_a_report_owes_when_it_is_reopened():
    both = Cabinet()
    both.put(report(id="one", number="1", source_id="one"))
    both.put(report(id="two", number="2", source_id="two", source_kind="clue", reporter_mode=None))
    both.act("two", "accept", DESK).act("one", "merge", DESK, into="two", reason="同一事项")
    file = both.files["two"]
    file.case = replace(file.case, state="closed")
    file.act("reopen", DESK, reason="新证据")
    assert [clock.rule for clock in file.case.clocks if clock.ended_at is None and clock.round == 2] == [
        "register_and_route", "tell_acceptance", "tell_acceptance_named",
    ]  # fmt: skip
