"""The reporter's side on a real database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chassis.refusals import IdempotencyKeyReused
from services.reports import handlers, sealing
from services.reports.model import report as rules
from tests.integration.reports.building import (
    CALL,
    DESK,
    NOW,
    a_report,
    by,
    later,
    progressed,
    report_of,
)


@pytest.fixture
def receipt(store, sealer):
    return handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]


def seen(store, sealer, receipt):
    return handlers.read_current(store, sealer, {"receipt": receipt}, CALL)


def test_a_new_report_is_shown_as_received(store, sealer, receipt):
    report = seen(store, sealer, receipt)

    assert (report["kind"], report["state"], report["due_at"]) == ("report", "received", None)
    assert [entry["text_code"] for entry in report["history"]] == ["reports.progress.received"]
    assert report["messages"] == []


def test_an_unknown_receipt_opens_nothing(store, sealer):
    nobodys = {"receipt": sealing.new_receipt(), "limit": 50, "cursor": None, "up_to": "m", "text": "?"}
    for ask in (
        lambda: handlers.read_current(store, sealer, nobodys, CALL),
        lambda: handlers.list_messages(store, sealer, nobodys),
        lambda: handlers.mark_read(store, sealer, nobodys),
        lambda: handlers.post_message(store, sealer, nobodys, CALL),
    ):
        with pytest.raises(rules.ReceiptUnknown):
            ask()


def test_both_sides_read_what_was_said_in_order(store, sealer, receipt):
    progressed(store, sealer, receipt, case_id="inbox")
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充：还有一次。"}, CALL)
    handlers.post_case_message(store, sealer, {"case_id": "inbox", "text": "请问是哪一天？"}, by(DESK))
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "正月初五。"}, CALL)

    mine = seen(store, sealer, receipt)["messages"]
    theirs = handlers.read_case_report(store, sealer, {"case_id": "inbox", "purpose": "test"}, by(DESK))

    assert [(message["author"], message["text"]) for message in mine] == [
        ("reporter", "补充：还有一次。"),
        ("staff", "请问是哪一天？"),
        ("reporter", "正月初五。"),
    ]
    assert [message["text"] for message in theirs["messages"]] == [message["text"] for message in mine]


def test_of_a_reporters_message_only_the_hour_is_kept(store, sealer, receipt):
    message = handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)

    assert message["at"] == NOW.replace(minute=0, second=0, microsecond=0)


def test_messages_come_in_pages(store, sealer, receipt):
    for number in range(5):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": f"第{number}条"}, CALL)

    texts, cursor = [], None
    while True:
        page = handlers.list_messages(store, sealer, {"receipt": receipt, "limit": 2, "cursor": cursor})
        texts += [message["text"] for message in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert texts == [f"第{number}条" for number in range(5)]


def test_a_message_sent_twice_is_there_once(store, sealer, receipt):
    call = replace(CALL, idempotency_key="m1")

    first = handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, call)
    again = handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, call)

    assert again == first
    assert len(seen(store, sealer, receipt)["messages"]) == 1
    with pytest.raises(IdempotencyKeyReused):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": "别的"}, call)


def test_a_message_sent_many_times_at_once_is_there_once(store, sealer, receipt):
    call = replace(CALL, idempotency_key="burst")

    def send(_):
        return handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, call)["id"]

    with ThreadPoolExecutor(8) as threads:
        sent = set(threads.map(send, range(16)))

    assert len(sent) == 1
    assert len(seen(store, sealer, receipt)["messages"]) == 1


def test_the_same_key_of_another_report_is_another_message(store, sealer, receipt):
    call = replace(CALL, idempotency_key="m2")
    other = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]

    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, call)
    handlers.post_message(store, sealer, {"receipt": other, "text": "别的"}, call)

    assert [message["text"] for message in seen(store, sealer, other)["messages"]] == ["别的"]


def test_a_full_inbox_says_so_and_keeps_what_it_has(store, sealer, receipt):
    report = report_of(store, sealer, receipt)
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": {"message_count": rules.MAX_MESSAGES}})

    with pytest.raises(rules.InboxFull):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)


def rating(receipt, satisfied=True, reason=None):
    return {"receipt": receipt, "satisfied": satisfied, "reason": reason}


def test_there_is_nothing_to_rate_before_a_result(store, sealer, receipt):
    with pytest.raises(rules.NotYetRated) as refused:
        handlers.rate(store, sealer, rating(receipt), CALL)

    assert refused.value.state == "received"


def test_a_result_is_rated_once(store, sealer, receipt):
    progressed(store, sealer, receipt, case_id="rated", reporter_state="closed", state="closed")

    first = handlers.rate(store, sealer, rating(receipt, False, "没有答复我的问题"), CALL)
    again = handlers.rate(store, sealer, rating(receipt, False, "没有答复我的问题"), later(hours=3))

    assert first == again == seen(store, sealer, receipt)["rating"]
    assert first["reason"] == "没有答复我的问题"
    with pytest.raises(rules.AlreadyRated):
        handlers.rate(store, sealer, rating(receipt, True), CALL)


def test_a_report_that_was_changed_in_the_database_does_not_open(store, sealer, receipt):
    report = report_of(store, sealer, receipt)
    other = report_of(store, sealer, handlers.submit_report(store, sealer, a_report(), CALL)["receipt"])
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": {"data_key": other["data_key"]}})

    with pytest.raises(rules.ContentUnreadable):
        seen(store, sealer, receipt)
