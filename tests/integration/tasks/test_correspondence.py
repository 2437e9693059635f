"""Whether a reporter waits for a reply: kept on the case from the events about messages, in any order."""

from __future__ import annotations

from itertools import permutations

import pytest

from chassis.ids import new_id
from contracts.reports.events import MessagePostedV1
from services.tasks.handlers import correspondence, openings
from services.tasks.handlers.correspondence import CaseNotOpened
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    LEADER,
    SUPERVISOR,
    a_report,
    act,
    ask,
    by,
    get,
    investigating,
    opened,
    received,
)


def a_message(case_id, number, author="reporter", kind="report"):
    data = {"report_id": case_id, "case_id": case_id, "kind": kind, "author": author, "number": number}
    return received(MessagePostedV1, case_id, sequence=number + 1, **data)


def awaited(store, case_id, who=DESK):
    return get(store, case_id, who)["reply_awaited"]


def test_a_case_without_messages_awaits_no_reply(store):
    assert awaited(store, opened(store)) is False


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_who_wrote_last_decides_in_whatever_order_the_events_come(store, order):
    case_id = opened(store)
    messages = [a_message(case_id, 1), a_message(case_id, 2, "staff"), a_message(case_id, 3)]
    for index in order:
        correspondence.note_messages(store, [messages[index]])

    assert awaited(store, case_id) is True
    correspondence.note_messages(store, [a_message(case_id, 4, "staff"), messages[0]])
    assert awaited(store, case_id) is False


def test_it_survives_what_is_done_with_the_case_and_changes_no_version(store):
    case_id = opened(store)
    version = get(store, case_id)["version"]
    correspondence.note_messages(store, [a_message(case_id, 1)])

    assert get(store, case_id)["version"] == version
    assert act(store, case_id, "accept", by(DESK))["reply_awaited"] is True


def test_a_message_that_comes_before_its_case_comes_again_and_then_counts(store):
    report = a_report(new_id())
    other, case_id = opened(store), report.data["report_id"]
    group = [a_message(other, 1), a_message(case_id, 1)]
    with pytest.raises(CaseNotOpened):
        correspondence.note_messages(store, group)
    openings.open_cases(store, [report])
    correspondence.note_messages(store, group)

    assert (awaited(store, other), awaited(store, case_id)) == (True, True)


def test_messages_about_suggestions_concern_no_case(store):
    correspondence.note_messages(store, [a_message("a-suggestion", 1, kind="suggestion")])

    assert store.case("a-suggestion") is None


def test_only_those_who_read_the_file_are_told_that_the_reporter_wrote(store):
    case_id = investigating(store)
    correspondence.note_messages(store, [a_message(case_id, 1)])

    assert awaited(store, case_id, HANDLER) is True
    for who in (SUPERVISOR, LEADER):
        assert awaited(store, case_id, who) is None
        listed = ask(store, who, state="investigating", limit=200)["items"]
        assert {case["reply_awaited"] for case in listed} == {None}
