"""What waits for the staff: found by those who may read it, in cases and in suggestions."""

import pytest

from chassis.refusals import NotFound
from contracts.call import Actor
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1
from services.reports import handlers
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, by, later, progressed, report_of
from tests.integration.reports.writing import OTHER_HANDLER, THE_HOUR, Inbox, waiting


@pytest.fixture
def inbox(store, sealer, request):
    return Inbox(store, sealer, f"inbox-{request.node.name}")


def test_what_waits_is_listed_without_content_and_gone_once_it_is_read(inbox, store):
    message = inbox.reporter_writes("planted-text")

    [item] = [item for item in waiting(store, DESK)["items"] if item["case_id"] == inbox.case_id]
    assert item == {
        "kind": "report",
        "case_id": inbox.case_id,
        "number": "2026-000001",
        "suggestion_id": None,
        "unread": 1,
        "last_message_at": THE_HOUR,
    }
    inbox.staff_read(message)
    assert inbox.case_id not in {item["case_id"] for item in waiting(store, DESK, limit=200)["items"]}


def test_a_message_of_the_staff_waits_for_nobody_of_the_staff(inbox, store):
    inbox.staff_write()

    assert inbox.case_id not in {item["case_id"] for item in waiting(store, DESK, limit=200)["items"]}


def test_a_handler_finds_own_cases_only_and_everybody_else_nothing(inbox, store):
    inbox.reporter_writes()

    assert inbox.case_id in {item["case_id"] for item in waiting(store, HANDLER, limit=200)["items"]}
    assert waiting(store, OTHER_HANDLER)["items"] == []
    assert not store.db.accesses.count_documents({"case_id": inbox.case_id})


def test_nobody_of_a_unit_concerned_finds_what_waits(store, sealer):
    about_unit = Inbox(store, sealer, "inbox-about-unit", subjects=[{"name": "所长", "unit_id": "reported"}])
    excluded = Inbox(store, sealer, "inbox-excluded")
    progressed(store, sealer, excluded.receipt, case_id="inbox-excluded", sequence=2, excluded_unit_ids=["reported"])
    for one in (about_unit, excluded):
        one.reporter_writes()
    insider = Actor("insider", "内部人", frozenset({"desk"}), "below", ("bureau", "reported", "below"))

    assert {item["case_id"] for item in waiting(store, insider, limit=200)["items"]}.isdisjoint(
        {about_unit.case_id, excluded.case_id}
    )
    assert {item["case_id"] for item in waiting(store, DESK, limit=200)["items"]} >= {
        about_unit.case_id, excluded.case_id,
    }  # fmt: skip


def test_what_nobody_of_the_bureau_reads_waits_for_nobody_of_the_bureau(inbox, store):
    inbox.reporter_writes()
    store.db.reports.update_one({"_id": inbox.document["_id"]}, {"$set": {"route": "above"}})

    for actor in (DESK, HANDLER):
        assert inbox.case_id not in {item["case_id"] for item in waiting(store, actor, limit=200)["items"]}


def test_what_waits_comes_in_pages_with_the_latest_message_first(store, sealer):
    ours = [Inbox(store, sealer, f"inbox-page-{number}") for number in range(4)]
    for number, one in enumerate(ours):
        one.reporter_writes(call=later(hours=number + 100))
    listed, cursor = [], None
    while True:
        page = waiting(store, HANDLER, limit=3, cursor=cursor)
        listed += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    times = [item["last_message_at"] for item in listed]
    assert times == sorted(times, reverse=True)
    assert [item["case_id"] for item in listed[:4]] == [one.case_id for one in reversed(ours)]
    assert len(listed) == len({item["case_id"] for item in listed})


class TestSuggestions:
    """The same inbox, for the desk."""

    @pytest.fixture
    def suggestion(self, store, sealer):
        request = a_report(
            kind="suggestion", category="service", title="延长窗口时间", subjects=[{"unit_id": "unit-b"}]
        )
        receipt = handlers.submit_report(store, sealer, request, CALL)["receipt"]
        return receipt, report_of(store, sealer, receipt)["_id"]

    def test_the_desk_and_whoever_suggested_write_to_each_other(self, store, sealer, suggestion):
        receipt, suggestion_id = suggestion
        asked = handlers.post_message(store, sealer, {"receipt": receipt, "text": "何时答复？"}, CALL)
        [item] = [item for item in waiting(store, DESK, limit=200)["items"] if item["suggestion_id"] == suggestion_id]
        assert (item["kind"], item["case_id"], item["unread"]) == ("suggestion", None, 1)
        answer = {"suggestion_id": suggestion_id, "text": "本周内。"}
        told = handlers.post_suggestion_message(store, sealer, answer, by(DESK))
        request = operations.list_suggestion_messages.load({"suggestion_id": suggestion_id})
        theirs = handlers.list_suggestion_messages(store, sealer, request, by(DESK))["items"]

        assert [(m["author"], m["text"], m["unread"], m["staff_id"]) for m in theirs] == [
            ("reporter", "何时答复？", True, None),
            ("staff", "本周内。", False, DESK.id),
        ]
        mark = {"suggestion_id": suggestion_id, "up_to": asked["id"]}
        assert handlers.mark_suggestion_messages_read(store, mark, by(DESK)) == {"unread": 0}
        seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
        assert (seen["unread"], seen["messages"][-1]["id"]) == (1, told["id"])
        assert DESK.id not in str(seen)
        events = [e["data"] for e in store.reports.get(suggestion_id)["outbox"] if e["type"] == MessagePostedV1.type()]
        assert [(e["kind"], e["case_id"], e["author"]) for e in events] == [
            ("suggestion", None, "reporter"),
            ("suggestion", None, "staff"),
        ]

    def test_reading_its_messages_is_recorded(self, store, sealer, suggestion):
        _, suggestion_id = suggestion
        request = operations.list_suggestion_messages.load({"suggestion_id": suggestion_id, "purpose": "p"})
        handlers.list_suggestion_messages(store, sealer, request, by(DESK))

        assert store.db.accesses.count_documents({"report_id": suggestion_id, "what": "messages"}) == 1

    def test_it_is_not_for_a_handler_nor_for_the_unit_that_it_is_about(self, store, sealer, suggestion):
        receipt, suggestion_id = suggestion
        handlers.post_message(store, sealer, {"receipt": receipt, "text": "?"}, CALL)
        insider = Actor("insider", "内部人", frozenset({"desk"}), "unit-b", ("bureau", "unit-b"))
        request = operations.list_suggestion_messages.load({"suggestion_id": suggestion_id})

        for actor in (HANDLER, insider):
            assert suggestion_id not in {i["suggestion_id"] for i in waiting(store, actor, limit=200)["items"]}
            with pytest.raises(NotFound):
                handlers.list_suggestion_messages(store, sealer, request, by(actor))
            with pytest.raises(NotFound):
                handlers.post_suggestion_message(
                    store, sealer, {"suggestion_id": suggestion_id, "text": "?"}, by(actor)
                )
            mark = {"suggestion_id": suggestion_id, "up_to": "m"}
            with pytest.raises(NotFound):
                handlers.mark_suggestion_messages_read(store, mark, by(actor))
