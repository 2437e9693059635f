"""What waits for the staff: found by those who may read it, in cases and in suggestions."""

import pytest

from chassis.ids import new_id
from chassis.refusals import NotFound
from contracts.call import Actor
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1
from services.reports import handlers
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, a_step, by, later, progressed, report_of
from tests.integration.reports.writing import OTHER_HANDLER, THE_HOUR, Inbox, waiting
from tests.support.explaining import BY_READING_ALL, asked, recorder, stages, watched

__all__ = ["recorder", "watched"]

JOINT, OF_PART, JOINT_OF_PART = (
    Actor(name, "承办人", frozenset({"handler"}), "unit-b", ("bureau", "unit-b"))
    for name in ("inbox-joint", "inbox-of-part", "inbox-joint-of-part")
)


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


class TestSeveralHandlers:
    """Those who handle a case jointly, or a part of it, find what they may read; under the case that opens it."""

    @pytest.fixture
    def divided(self, store, sealer):
        """A report whose case has two handlers and a part, handled by two others."""
        whole = Inbox(store, sealer, f"divided-{new_id()}")
        told = {"handler_id": HANDLER.id, "joint_handler_ids": [JOINT.id]}
        progressed(store, sealer, whole.receipt, case_id=whole.case_id, sequence=2, **told)
        self.tell_of_part(store, whole, 1)
        whole.reporter_writes()
        return whole

    def tell_of_part(self, store, whole, sequence, **changes):
        told = {
            "part_of": whole.document["_id"],
            "text_code": None,
            "handler_id": OF_PART.id,
            "joint_handler_ids": [JOINT_OF_PART.id],
        }
        handlers.show_progress(store, [a_step(None, f"part-of-{whole.case_id}", sequence, **{**told, **changes})])

    @pytest.mark.parametrize(
        "reader", [DESK, HANDLER, JOINT, OF_PART, JOINT_OF_PART, OTHER_HANDLER], ids=lambda one: one.id
    )
    def test_listed_is_what_they_may_read_one_by_one(self, store, sealer, divided, reader):
        readable = [id for id in (divided.case_id, f"part-of-{divided.case_id}") if opens(store, sealer, id, reader)]

        assert ids(store, divided, reader) == readable[:1]
        assert bool(readable) == (reader is not OTHER_HANDLER)

    def test_a_part_is_found_under_its_own_number_until_its_handler_has_it_no_more(self, store, divided):
        for who in (OF_PART, JOINT_OF_PART):
            [item] = [
                one for one in waiting(store, who, limit=200)["items"] if one["case_id"].endswith(divided.case_id)
            ]
            assert (item["case_id"], item["unread"]) == (f"part-of-{divided.case_id}", 1)
        self.tell_of_part(store, divided, 2, handler_id=None, joint_handler_ids=[])

        assert [ids(store, divided, who) for who in (OF_PART, JOINT_OF_PART, JOINT)] == [[], [], [divided.case_id]]

    @pytest.mark.parametrize(
        "change", [{"excluded_person_ids": [JOINT.id, OF_PART.id]}, {"excluded_unit_ids": ["unit-b"]}]
    )
    def test_whoever_must_keep_out_finds_it_neither_as_joint_handler_nor_by_a_part(
        self, store, sealer, divided, change
    ):
        told = {"handler_id": HANDLER.id, "joint_handler_ids": [JOINT.id], **change}
        progressed(store, sealer, divided.receipt, case_id=divided.case_id, sequence=3, **told)
        self.tell_of_part(store, divided, 2, **change)

        assert ids(store, divided, JOINT) == ids(store, divided, OF_PART) == []
        assert ids(store, divided, HANDLER) == [divided.case_id]

    def test_whoever_keeps_out_of_the_case_alone_finds_it_by_its_part(self, store, sealer, divided):
        progressed(store, sealer, divided.receipt, case_id=divided.case_id, sequence=3, excluded_person_ids=[DESK.id])
        assert ids(store, divided, DESK) == [f"part-of-{divided.case_id}"]
        before = everything(store, DESK)
        self.tell_of_part(store, divided, 2, excluded_person_ids=[DESK.id])
        assert ids(store, divided, DESK) == []
        assert len(everything(store, DESK)) == len(before) - 1

    @pytest.mark.parametrize("reader", [DESK, JOINT_OF_PART], ids=["desk", "handler"])
    def test_every_page_is_read_by_indexes_of_what_waits(self, store, sealer, watched, recorder, divided, reader):
        for number in range(3):
            further = Inbox(store, sealer, f"indexed-{reader.id}-{number}")
            progressed(store, sealer, further.receipt, case_id=further.case_id, sequence=2, handler_id=JOINT_OF_PART.id)
            further.reporter_writes(call=later(hours=number))
        first = waiting(watched, reader, limit=2)
        waiting(watched, reader, limit=2, cursor=first["next_cursor"])

        commands = asked(recorder)
        assert len(commands) == 2
        for command in commands:
            assert not stages(store.db, command) & BY_READING_ALL, command


def ids(store, divided, reader):
    items = everything(store, reader)
    # Nor is there anything that does not say by which case it opens; the desk has reports without a case yet.
    assert "desk" in reader.roles or all(one["case_id"] for one in items)
    return [one["case_id"] for one in items if (one["case_id"] or "").endswith(divided.case_id)]


def everything(store, reader):
    items, cursor = [], None
    while True:
        page = waiting(store, reader, limit=200, cursor=cursor)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def opens(store, sealer, case_id, reader):
    request = operations.read_case_report.load({"case_id": case_id})
    try:
        return bool(handlers.read_case_report(store, sealer, request, by(reader)))
    except NotFound:
        return False
