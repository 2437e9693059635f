"""The inbox on a real database: a message, its number, its counts and its event are one; what is read stays read."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import PyMongoError

from chassis.refusals import NotFound
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1
from services.reports import handlers
from services.reports.store.messages import Messages
from tests.integration.reports.building import CALL, DESK, HANDLER, by
from tests.integration.reports.writing import OTHER_HANDLER, THE_HOUR, Inbox


@pytest.fixture
def inbox(store, sealer, request):
    return Inbox(store, sealer, f"inbox-{request.node.name}")


def test_each_side_has_unread_what_the_other_wrote_and_nothing_of_its_own(inbox):
    inbox.reporter_writes()
    inbox.staff_write()
    inbox.staff_write()

    mine, theirs = inbox.mine(), inbox.theirs()
    assert (mine["unread"], theirs["unread"]) == (2, 1)
    assert [message["unread"] for message in mine["messages"]] == [False, True, True]
    assert [message["unread"] for message in theirs["messages"]] == [True, False, False]


def test_reading_marks_nothing(inbox):
    inbox.reporter_writes()
    inbox.staff_write()
    for _ in range(2):
        assert (inbox.mine()["unread"], inbox.theirs()["unread"]) == (1, 1)
        handlers.list_messages(inbox.store, inbox.sealer, {"receipt": inbox.receipt, "limit": 9, "cursor": None})
        request = operations.list_case_report_messages.load({"case_id": inbox.case_id})
        handlers.list_case_messages(inbox.store, inbox.sealer, request, by(HANDLER))


def test_a_mark_holds_for_all_messages_up_to_it_and_is_never_taken_back(inbox):
    first, second, third = (inbox.staff_write(text) for text in "一二三")

    assert inbox.reporter_reads(second) == 1
    assert inbox.reporter_reads(second) == 1
    assert inbox.reporter_reads(first) == 1
    assert [message["unread"] for message in inbox.mine()["messages"]] == [False, False, True]
    assert inbox.reporter_reads(third) == 0


def test_one_idempotency_key_stands_for_a_message_of_each_who_uses_it(inbox):
    call = replace(CALL, idempotency_key="one")
    asked = inbox.reporter_writes("补充", call)
    for actor in (HANDLER, DESK):
        assert inbox.staff_write("补充", actor, idempotency_key="one")["staff_id"] == actor.id
    assert inbox.reporter_writes("补充", call) == asked

    assert [message["author"] for message in inbox.theirs()["messages"]] == ["reporter", "staff", "staff"]


def test_what_one_side_has_read_says_nothing_of_the_other(inbox):
    asked, answered = inbox.staff_write(), inbox.reporter_writes()

    assert inbox.reporter_reads(answered) == 0
    assert inbox.theirs()["unread"] == 1
    assert inbox.staff_read(asked) == 1
    assert inbox.staff_read(answered) == 0


def test_a_message_of_another_report_is_no_mark(inbox, store, sealer):
    foreign = Inbox(store, sealer, "inbox-foreign").staff_write()
    inbox.staff_write()

    for mark in (inbox.reporter_reads, inbox.staff_read):
        with pytest.raises(NotFound):
            mark(foreign)
    assert inbox.mine()["unread"] == 1


def test_marks_change_nothing_that_an_etag_stands_for(inbox):
    message = inbox.staff_write()
    version = inbox.document["version"]
    inbox.reporter_reads(message)

    assert inbox.document["version"] == version


_WRITTEN = st.sampled_from(["reporter writes", "staff write"])
_READ = st.tuples(st.sampled_from(["reporter reads", "staff read"]), st.integers(0, 9))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(happenings=st.lists(_WRITTEN | _READ, max_size=14))
def test_whatever_is_written_and_read_the_counts_are_those_of_the_messages(store, sealer, happenings):
    inbox = Inbox(store, sealer, f"inbox-walk-{secrets.token_hex(8)}")
    written, marks = [], {"reporter": 0, "staff": 0}
    for happening in happenings:
        if happening == "reporter writes":
            written.append(inbox.reporter_writes())
        elif happening == "staff write":
            written.append(inbox.staff_write())
        elif written:
            who, index = happening
            index %= len(written)
            (inbox.reporter_reads if who == "reporter reads" else inbox.staff_read)(written[index])
            side = "reporter" if who == "reporter reads" else "staff"
            marks[side] = max(marks[side], index + 1)
    for side, seen in (("reporter", inbox.mine()), ("staff", inbox.theirs())):
        expected = [m["author"] != side and number > marks[side] for number, m in enumerate(written, start=1)]
        assert [message["unread"] for message in seen["messages"]] == expected
        assert seen["unread"] == sum(expected)


def test_each_message_is_told_of_once_with_its_number_and_nothing_of_its_content(inbox):
    inbox.reporter_writes("planted-一")
    inbox.staff_write("planted-二")

    about = {"report_id": inbox.document["_id"], "case_id": inbox.case_id, "kind": "report"}
    assert inbox.told() == [
        about | {"author": "reporter", "number": 1},
        about | {"author": "staff", "number": 2},
    ]
    assert "planted" not in str(inbox.document["outbox"])
    times = {event["time"] for event in inbox.document["outbox"]}
    assert all(time.endswith(":00:00.000Z") for time in times)


@pytest.mark.parametrize("count", [2, 12])
def test_one_key_gives_one_message_one_count_and_one_event(inbox, count):
    call = replace(CALL, idempotency_key="once")
    with ThreadPoolExecutor(count) as threads:
        sent = {message["id"] for message in threads.map(lambda _: inbox.reporter_writes(call=call), range(count))}

    assert len(sent) == len(inbox.told()) == inbox.document["message_count"] == inbox.theirs()["unread"] == 1


def test_messages_of_both_sides_at_once_are_numbered_without_gaps_and_counted(inbox):
    def write(number):
        return inbox.staff_write(f"第{number}") if number % 3 else inbox.reporter_writes(f"第{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(24)))

    assert [event["number"] for event in inbox.told()] == list(range(1, 25))
    assert [event["sequence"] for event in inbox.document["outbox"]] == list(range(1, 26))
    assert (inbox.mine()["unread"], inbox.theirs()["unread"]) == (16, 8)


@pytest.mark.parametrize("collection", ["messages", "reports"])
def test_a_message_that_cannot_be_stored_whole_leaves_nothing_and_its_key_free(inbox, store, collection):
    """As when the process ends in between: neither half is there, and the same request succeeds later."""
    call = replace(CALL, idempotency_key="broken")
    store.db.command("collMod", collection, validator={"nobody": {"$exists": True}})
    try:
        with pytest.raises(PyMongoError):
            inbox.reporter_writes(call=call)
    finally:
        store.db.command("collMod", collection, validator={})

    assert (inbox.told(), inbox.document["message_count"], inbox.mine()["messages"]) == ([], 0, [])
    inbox.reporter_writes(call=call)
    assert len(inbox.told()) == len(inbox.mine()["messages"]) == 1


def test_what_ends_before_the_commit_never_happened(inbox, store):
    """The transaction runs to its last step and is not committed."""

    def aborted(run):
        with store.client.start_session() as session:
            session.start_transaction()
            run(session)
            session.abort_transaction()

    written = {
        "_id": "aborted",
        "report_id": inbox.document["_id"],
        "author": "reporter",
        "at": THE_HOUR,
        "sealed": b"",
    }

    def tell(report, number):
        return MessagePostedV1.draft(
            report["_id"], report_id=report["_id"], case_id=None, kind="report", author="reporter", number=number
        )

    Messages(store.db["messages"], store.aggregates("reports"), aborted).post(written, tell, 500)

    assert store.messages.first_of(["aborted"]) is None
    assert (inbox.told(), inbox.document["message_count"]) == ([], 0)


def test_for_those_who_may_not_read_a_case_there_is_nothing_to_mark(inbox):
    message = inbox.reporter_writes()

    with pytest.raises(NotFound):
        inbox.staff_read(message, OTHER_HANDLER)
    assert inbox.theirs()["unread"] == 1
