"""The staff's side on a real database: who reads is written down first, and only those read who may."""

import pytest
from pymongo.errors import WriteError

from chassis.refusals import NotFound
from contracts.call import Actor
from contracts.reports import operations
from services.reports import handlers
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, progressed, report_of

NAMED = {"mode": "named", "name": "张三丰", "phone": "13900001111", "address": "武当山一号"}


@pytest.fixture
def case(store, sealer, request):
    """A case with a handler, opened by a report that its reporter signed."""
    case_id = f"case-{request.node.name}"
    submitted = handlers.submit_report(store, sealer, a_report(reporter=NAMED, occurred_on="2026-02-01"), CALL)
    progressed(store, sealer, submitted["receipt"], case_id=case_id, handler_id=HANDLER.id, unit_id="unit-a")
    return case_id


def read(store, sealer, case_id, actor, purpose="case_handling"):
    request = operations.read_case_report.load({"case_id": case_id, "purpose": purpose})
    return handlers.read_case_report(store, sealer, request, by(actor))


@pytest.mark.parametrize("actor", [DESK, HANDLER], ids=["desk", "handler"])
def test_the_desk_and_the_handler_read_the_report(store, sealer, case, actor):
    report = read(store, sealer, case, actor)

    assert report["title"] == "反映收受礼金"
    assert report["narrative"] == "某年某月某日在某处收受礼金。"
    assert report["subjects"] == [{"name": "李某", "unit": "某司法所", "position": "所长"}]
    assert report["occurred_on"] == "2026-02-01"
    assert report["received_at"] == NOW.replace(minute=0, second=0, microsecond=0)


def test_staff_never_see_who_the_reporter_is(store, sealer, case):
    told = str(operations.read_case_report.dump(read(store, sealer, case, DESK)))

    assert operations.read_case_report.dump(read(store, sealer, case, DESK))["reporter"] == {"mode": "named"}
    assert not [said for said in NAMED.values() if said != "named" and said in told]


@pytest.mark.parametrize(
    "actor",
    [
        Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a")),
        Actor(HANDLER.id, "承办人", frozenset({"member"}), "unit-a", ("bureau", "unit-a")),
        Actor(
            "s",
            "督导",
            frozenset({"supervisor", "admin", "auditor", "leader", "custodian"}),
            "bureau",
            ("bureau",),
        ),
    ],
    ids=["another handler", "a former handler", "every other role"],
)
def test_for_everybody_else_the_case_does_not_exist(store, sealer, case, actor):
    with pytest.raises(NotFound):
        read(store, sealer, case, actor)
    with pytest.raises(NotFound):
        handlers.post_case_message(store, sealer, {"case_id": case, "text": "?"}, by(actor))


def test_a_case_without_a_report_has_none_to_read(store, sealer):
    with pytest.raises(NotFound):
        read(store, sealer, "no-such-case", DESK)


@pytest.mark.parametrize("unit_path", [("bureau", "reported"), ("bureau", "reported", "below")])
def test_nobody_of_a_unit_that_the_report_names_reads_it(store, sealer, unit_path):
    subjects = [{"name": "所长", "unit_id": "reported"}]
    submitted = handlers.submit_report(store, sealer, a_report(subjects=subjects), CALL)
    case_id = "-".join(unit_path)
    progressed(store, sealer, submitted["receipt"], case_id=case_id, handler_id="insider")
    insider = Actor("insider", "内部人", frozenset({"desk", "handler"}), unit_path[-1], unit_path)

    with pytest.raises(NotFound):
        read(store, sealer, case_id, insider)
    assert read(store, sealer, case_id, DESK)


def test_nobody_of_a_unit_that_the_case_excludes_reads_it(store, sealer):
    submitted = handlers.submit_report(store, sealer, a_report(), CALL)
    progressed(store, sealer, submitted["receipt"], case_id="excluding", excluded_unit_ids=["unit-b"])
    insider = Actor("insider", "内部人", frozenset({"desk"}), "unit-b", ("bureau", "unit-b"))

    with pytest.raises(NotFound):
        read(store, sealer, "excluding", insider)


def test_each_reading_is_recorded_with_who_which_why_and_when(store, sealer, case):
    report = read(store, sealer, case, HANDLER, purpose="核对时间")
    read(store, sealer, case, DESK)

    first, second = store.db.accesses.find({"report_id": report["report_id"]}).sort("_id", 1)
    assert {name: first[name] for name in ("case_id", "actor_id", "unit_id", "roles", "purpose", "at")} == {
        "case_id": case,
        "actor_id": HANDLER.id,
        "unit_id": "unit-a",
        "roles": ["handler"],
        "purpose": "核对时间",
        "at": NOW,
    }
    assert second["actor_id"] == DESK.id


def test_the_event_of_a_reading_tells_who_which_and_for_which_of_the_known_purposes(store, sealer, case):
    report = read(store, sealer, case, HANDLER, purpose="核对张三丰的说法")
    read(store, sealer, case, DESK, purpose="supervision")

    in_own_words, known = (
        access["outbox"][0]["data"] for access in store.db.accesses.find({"case_id": case}).sort("_id", 1)
    )
    of_both = {"report_id": report["report_id"], "case_id": case, "what": "report"}
    assert of_both.items() <= in_own_words.items()
    assert of_both.items() <= known.items()
    assert (in_own_words["actor_id"], in_own_words["purpose_code"]) == (HANDLER.id, None)
    assert (known["actor_id"], known["purpose_code"]) == (DESK.id, "supervision")
    assert "张三丰" not in str(in_own_words)


def test_what_cannot_be_recorded_is_not_opened(store, sealer, case):
    """The database refuses the record: then the content stays closed, and its key untouched."""
    store.db.command("collMod", "accesses", validator={"nobody": {"$exists": True}})
    opened = []

    class Watched(Sealer):
        def data_key_for_desk(self, report_id, sealed):
            opened.append(report_id)
            return super().data_key_for_desk(report_id, sealed)

    try:
        with pytest.raises(WriteError):
            read(store, Watched(**vars(sealer)), case, DESK)
    finally:
        store.db.command("collMod", "accesses", validator={})
    assert opened == []


def test_reading_the_messages_is_recorded_too(store, sealer, case):
    for text in ("请补充", "谢谢"):
        handlers.post_case_message(store, sealer, {"case_id": case, "text": text}, by(DESK))
    request = operations.list_case_report_messages.load({"case_id": case, "limit": 1})

    first = handlers.list_case_messages(store, sealer, request, by(HANDLER))
    second = handlers.list_case_messages(store, sealer, request | {"cursor": first["next_cursor"]}, by(HANDLER))

    assert [page["items"][0]["text"] for page in (first, second)] == ["请补充", "谢谢"]
    assert store.db.accesses.count_documents({"case_id": case, "actor_id": HANDLER.id}) == 2
    with pytest.raises(NotFound):
        handlers.list_case_messages(store, sealer, request, by(Actor("other", "他人", frozenset({"handler"}))))


def test_refused_readers_leave_no_record_of_a_reading(store, sealer, case):
    before = store.db.accesses.count_documents({})

    with pytest.raises(NotFound):
        read(store, sealer, case, Actor("other", "他人", frozenset({"handler"})))

    assert store.db.accesses.count_documents({}) == before


def test_who_of_the_staff_wrote_a_message_is_told_to_the_staff_alone(store, sealer, case):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id=f"{case}-told", handler_id=HANDLER.id)
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)
    told = handlers.post_case_message(store, sealer, {"case_id": f"{case}-told", "text": "收到"}, by(HANDLER))

    assert operations.post_case_report_message.dump(told)["staff_id"] == HANDLER.id
    theirs = handlers.list_case_messages(
        store, sealer, operations.list_case_report_messages.load({"case_id": f"{case}-told"}), by(DESK)
    )
    assert [message["staff_id"] for message in theirs["items"]] == [None, HANDLER.id]
    for mine in (
        handlers.read_current(store, sealer, {"receipt": receipt}, CALL),
        handlers.list_messages(store, sealer, {"receipt": receipt, "limit": 50, "cursor": None}),
    ):
        assert HANDLER.id not in str(mine)


def test_content_sealed_to_a_lost_key_names_the_key(store, sealer, case):
    others = {"ffffffffffffffff": (bytes(32), bytes(32))}
    without = Sealer(**{**vars(sealer), "desk": others})

    with pytest.raises(rules.KeyMissing) as missing:
        read(store, without, case, DESK)

    assert missing.value.key_id == sealer.desk_current


def test_a_changed_narrative_is_noticed(store, sealer, case):
    report = store.reports.of_case(case)
    changed = bytearray(report["content"])
    changed[-1] ^= 1
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": {"content": bytes(changed)}})

    with pytest.raises(rules.ContentUnreadable):
        read(store, sealer, case, DESK)


@pytest.fixture
def suggestion(store, sealer):
    request = a_report(kind="suggestion", category="service", title="延长窗口时间", subjects=[{"unit_id": "unit-b"}])
    receipt = handlers.submit_report(store, sealer, request, CALL)["receipt"]
    return receipt, report_of(store, sealer, receipt)["_id"]


def answer(suggestion_id, decision="adopted", because="下月起中午不休息。"):
    request = {"suggestion_id": suggestion_id, "decision": decision, "because": because}
    return operations.answer_suggestion.load(request)


def test_a_suggestion_is_listed_without_its_content_and_read_with_it(store, sealer, suggestion):
    _, suggestion_id = suggestion
    listed = handlers.list_suggestions(
        store, {"state": "received", "overdue": False, "limit": 200, "cursor": None}, by(DESK)
    )
    read = handlers.read_suggestion(store, sealer, {"suggestion_id": suggestion_id, "purpose": "p"}, by(DESK))

    (item,) = [item for item in listed["items"] if item["id"] == suggestion_id]
    assert operations.list_suggestions.dump({"items": [item], "next_cursor": None})["items"][0].keys() == {
        "id", "category", "state", "received_at", "due_at", "erased_at", "version",
    }  # fmt: skip
    assert all(item["kind"] == "suggestion" for item in listed["items"])
    assert read["title"] == "延长窗口时间"
    assert store.db.accesses.count_documents({"report_id": suggestion_id}) == 1


def test_the_reporter_reads_the_answer_to_a_suggestion(store, sealer, suggestion):
    receipt, suggestion_id = suggestion

    handlers.answer_suggestion(store, sealer, answer(suggestion_id), by(DESK))

    seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    assert seen["state"] == "adopted"
    assert [entry["state"] for entry in seen["history"]] == ["received", "adopted"]
    assert (seen["answer"]["decision"], seen["answer"]["because"]) == ("adopted", "下月起中午不休息。")


def test_a_suggestion_is_answered_once(store, sealer, suggestion):
    _, suggestion_id = suggestion
    first = handlers.answer_suggestion(store, sealer, answer(suggestion_id), by(DESK))

    assert handlers.answer_suggestion(store, sealer, answer(suggestion_id), by(DESK)) == first
    with pytest.raises(rules.AlreadyAnswered):
        handlers.answer_suggestion(store, sealer, answer(suggestion_id, decision="not_adopted"), by(DESK))


def test_a_suggestion_about_a_unit_is_not_for_its_own_people(store, sealer, suggestion):
    _, suggestion_id = suggestion
    insider = Actor("insider", "内部人", frozenset({"desk"}), "unit-b", ("bureau", "unit-b"))

    listed = handlers.list_suggestions(
        store, {"state": None, "overdue": False, "limit": 200, "cursor": None}, by(insider)
    )
    assert suggestion_id not in [item["id"] for item in listed["items"]]
    with pytest.raises(NotFound):
        handlers.read_suggestion(store, sealer, {"suggestion_id": suggestion_id, "purpose": "p"}, by(insider))
    with pytest.raises(NotFound):
        handlers.answer_suggestion(store, sealer, answer(suggestion_id), by(insider))


def test_a_report_is_no_suggestion(store, sealer, case):
    report_id = store.reports.of_case(case)["_id"]

    with pytest.raises(NotFound):
        handlers.read_suggestion(store, sealer, {"suggestion_id": report_id, "purpose": "p"}, by(DESK))
