"""Triage on a real database: analysed in memory, sealed with the report, shown to those who may read it, decided by
them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bson import encode
from marshmallow import ValidationError

from chassis.refusals import Invalid, NotFound
from contracts.call import Actor
from contracts.reports import operations
from contracts.reports.events import ReportClassifiedV1
from services.reports import handlers
from services.reports.handlers import analysis, triage
from services.reports.handlers.erasure import begin, due
from services.reports.keys import public_key
from services.reports.model.report import KeyMissing
from services.reports.sealing import Sealer
from services.reports.triage import classifier
from services.reports.triage.analyst import Analyst
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, progressed, report_of
from tests.integration.reports.bureau import EAST, OFFICE, ROOT, know_the_bureau, person

NARRATIVE = (
    "去年12月20日，东屏公证处公证员潘某在我爷爷昏迷的时候做了房子赠与公证，收了三万五千元，"
    "签名根本不是他本人的。明天上午就要过户，请马上派人来看看。"
)
AGAIN = (
    "东屏公证处的潘某，2025年12月20日给昏迷的老人办了赠与公证，"
    "签名是假的，收费3.5万元，房子马上要被过户走了，求求你们。"
)
ELSE = "社区矫正对象整天开车外出跑生意，定位手环放在家里充电，没有人管他。"


@pytest.fixture(scope="module")
def model():
    return classifier.load()


@pytest.fixture
def analyst(model):
    return Analyst(model)


@pytest.fixture
def submit(store, sealer, request):
    """Sends in a report whose case is known; (case id, report id)."""
    number = iter(range(100))

    def send(case=True, **changes):
        receipt = handlers.submit_report(store, sealer, a_report(**changes), CALL)["receipt"]
        case_id = f"{request.node.name[:60]}-{next(number)}"
        if case:
            progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id, unit_id="unit-a")
        return case_id, report_of(store, sealer, receipt)["_id"]

    return send


@pytest.fixture
def case(store, sealer, analyst, submit):
    """The case of a report that was analysed."""
    case_id, report_id = submit(title="老人昏迷时做的公证", narrative=NARRATIVE)
    analysis.analyse_report(store, sealer, analyst, report_id)
    return case_id


def read(store, sealer, case_id, actor=DESK, language="zh-CN"):
    request = operations.read_case_triage.load({"case_id": case_id})
    told = triage.read_case_triage(store, sealer, request, by(actor, language=language))
    return operations.read_case_triage.dump(told)


def decide(store, sealer, case_id, actor=DESK, call=CALL, **changes):
    said = {"case_id": case_id, "category": "notaries.false_notarisation", "urgency": "urgent"} | changes
    request = operations.decide_case_triage.load(said)
    return triage.decide_case_triage(store, sealer, request, replace(call, actor=actor))


def report_behind(store, case_id):
    return store.reports.of_case(case_id)


@pytest.mark.parametrize("actor", [DESK, HANDLER], ids=["desk", "handler"])
def test_the_desk_and_the_handler_see_what_is_suggested_and_why(store, sealer, case, actor):
    told = read(store, sealer, case, actor)

    assert (told["state"], told["reason"], told["category"]) == ("done", None, "money.gifts")
    suggested, urgency = told["categories"][0], told["urgencies"][0]
    assert (suggested["code"], suggested["name"]) == ("notaries.false_notarisation", "虚假公证、错误公证")
    assert "公证内容虚假" in suggested["reasons"][0]["text"]
    assert suggested["phrases"]
    assert (urgency["code"], urgency["name"], urgency["within"]) == ("urgent", "紧急", "当日")
    assert sum(each["confidence"] for each in told["urgencies"]) == pytest.approx(1, abs=0.001)
    assert told["decision"] is None


def test_reasons_are_told_in_the_language_of_the_reader(store, sealer, case):
    told = read(store, sealer, case, language="en")

    assert told["categories"][0]["name"] == "False or wrong notarisation"
    assert "notarial act" in told["categories"][0]["reasons"][0]["text"]
    assert told["urgencies"][0]["name"] == "Urgent"


def test_what_is_named_is_told_with_its_place_and_value(store, sealer, case):
    found = {(each["kind"], each["text"]): each for each in read(store, sealer, case)["entities"]}

    assert found["money", "三万五千元"]["value"] == "35000"
    assert found["date", "去年12月20日"]["value"] == "2025-12-20"
    assert ("organisation", "东屏公证处") in found
    assert ("person", "潘某") in found
    for each in found.values():
        assert {"narrative": NARRATIVE, "title": "老人昏迷时做的公证"}[each["field"]][
            each["start"] : each["end"]
        ] == each["text"]


def test_the_result_is_kept_sealed(store, sealer, case):
    kept = encode(report_behind(store, case))

    for said in ("潘某", "公证处", "35000", "2025-12-20", "fingerprint", "urgent", "false_notarisation"):
        assert said.encode() not in kept


def test_reading_is_recorded_before_anything_is_opened(store, sealer, case):
    # A service without the desk's key can record, but opens nothing.
    other = Sealer.of(
        (bytes([99]) * 32,),
        public_key(bytes([12]) * 32),
        bytes([13]) * 32,
        superior_public=public_key(bytes([14]) * 32),
    )
    with pytest.raises(KeyMissing):
        read(store, other, case)

    recorded = store.db["accesses"].find_one({"case_id": case, "what": "triage"})
    assert recorded["actor_id"] == DESK.id


@pytest.mark.parametrize(
    "actor",
    [
        Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a")),
        Actor("s", "督导", frozenset({"supervisor", "admin", "auditor", "leader", "custodian"}), "bureau", ("bureau",)),
    ],
    ids=["another handler", "other roles"],
)
def test_nobody_else_sees_or_decides(store, sealer, case, actor):
    with pytest.raises(NotFound):
        read(store, sealer, case, actor)
    with pytest.raises(NotFound):
        decide(store, sealer, case, actor)
    assert "triage_decisions" not in report_behind(store, case)


def test_a_report_that_was_not_analysed_yet_is_pending(store, sealer, submit):
    case_id, _ = submit()
    told = read(store, sealer, case_id)

    assert (told["state"], told["categories"], told["entities"], told["similar"]) == ("pending", [], [], [])


def test_analysing_twice_changes_nothing(store, sealer, analyst, case):
    before = report_behind(store, case)
    analysis.analyse_report(store, sealer, analyst, before["_id"])

    assert report_behind(store, case) == before


def test_earlier_reports_of_the_same_matter_are_told_by_their_cases(store, sealer, analyst, submit, case):
    submit(title="手环放家里", narrative=ELSE)
    again, report_id = submit(title="昏迷老人被公证", narrative=AGAIN)
    analysis.analyse_report(store, sealer, analyst, report_id)

    similar = read(store, sealer, again)["similar"]
    assert [each["case_id"] for each in similar] == [case]
    assert 8 <= similar[0]["points"] <= 100


def test_similar_cases_that_the_reader_may_not_see_are_not_told(store, sealer, analyst, submit, case):
    again, report_id = submit(narrative=AGAIN)
    analysis.analyse_report(store, sealer, analyst, report_id)
    other = Actor("other", "他人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a"))
    store.db["reports"].update_one({"_id": report_id}, {"$set": {"case.handler_id": other.id}})

    assert read(store, sealer, again, other)["similar"] == []
    assert [each["case_id"] for each in read(store, sealer, again)["similar"]] == [case]


def test_erased_reports_vanish_from_the_index_and_from_what_is_told(store, sealer, analyst, submit, case):
    again, report_id = submit(narrative=AGAIN)
    analysis.analyse_report(store, sealer, analyst, report_id)
    erased = report_behind(store, case)["_id"]
    _erase(store, erased)

    assert read(store, sealer, again)["similar"] == []
    assert "triage" not in store.reports.get(erased)
    assert erased in analyst.known("report")
    analysis.compare_with_what_is_kept(store, sealer, analyst)
    assert erased not in analyst.known("report")
    assert report_id in analyst.known("report")


def test_a_new_process_fills_its_index_from_the_sealed_results(store, sealer, analyst, model, submit):
    case_id, earlier = submit(narrative=ELSE)
    analysis.analyse_report(store, sealer, analyst, earlier)
    fresh = Analyst(model)
    assert analysis.compare_with_what_is_kept(store, sealer, fresh) > 0
    assert analysis.compare_with_what_is_kept(store, sealer, fresh) == 0
    again, report_id = submit(narrative=f"再次反映：{ELSE}")
    analysis.analyse_report(store, sealer, fresh, report_id)

    assert read(store, sealer, again)["similar"][0]["case_id"] == case_id


@pytest.mark.parametrize("reason", ["sealed_route", "key_missing", "unreadable"])
def test_what_does_not_open_is_skipped_with_a_code(store, sealer, analyst, submit, reason):
    _, report_id = submit(narrative=NARRATIVE)
    change = {
        "sealed_route": {"$unset": {"data_key.desk": ""}},
        "key_missing": {"$set": {"data_key.desk.key_id": "gone"}},
        "unreadable": {"$set": {"content": b"\x01" + bytes(80)}},
    }[reason]
    store.db["reports"].update_one({"_id": report_id}, change)

    assert analysis.analyse_report(store, sealer, analyst, report_id) == reason
    assert store.reports.get(report_id)["triage"] == {"state": "skipped", "reason": reason}
    assert report_id not in analyst.known("report")


def test_reports_that_are_erased_or_unknown_are_passed_over(store, sealer, analyst, submit):
    _, report_id = submit(narrative=NARRATIVE)
    _erase(store, report_id)

    assert analysis.analyse_report(store, sealer, analyst, report_id) is None
    assert analysis.analyse_report(store, sealer, analyst, "no-such-report") is None
    assert "triage" not in store.reports.get(report_id)


def test_what_no_event_brought_is_analysed_later_and_a_key_that_came_back_opens_it(store, sealer, analyst, submit):
    _, forgotten = submit(narrative=NARRATIVE)
    _, keyless = submit(narrative=AGAIN)
    key_id = store.reports.get(keyless)["data_key"]["desk"]["key_id"]
    store.db["reports"].update_one({"_id": keyless}, {"$set": {"data_key.desk.key_id": "gone"}})
    analysis.analyse_report(store, sealer, analyst, keyless)
    store.db["reports"].update_one({"_id": keyless}, {"$set": {"data_key.desk.key_id": key_id}})

    assert analysis.analyse_overdue(store, sealer, analyst, NOW) == 0
    assert analysis.analyse_overdue(store, sealer, analyst, NOW + timedelta(hours=2)) >= 2
    for report_id in (forgotten, keyless):
        assert store.reports.get(report_id)["triage"]["state"] == "done"
    assert analysis.analyse_overdue(store, sealer, analyst, NOW + timedelta(hours=2)) == 0


def test_units_that_the_narrative_names_do_not_see_the_report_but_the_whole_bureau_is_not_meant(
    store, sealer, analyst, submit
):
    know_the_bureau(store)
    case_id, report_id = submit(
        subjects=[], narrative="我向明镜市司法局反映，东湖区司法局的人收了公证处三万元，一直不处理我的投诉。"
    )
    analysis.analyse_report(store, sealer, analyst, report_id)

    assert store.reports.get(report_id)["subject_unit_ids"] == [EAST]
    assert read(store, sealer, case_id, person("desk", of=OFFICE))["state"] == "done"
    assert read(store, sealer, case_id, person("desk", of=ROOT))["state"] == "done"
    with pytest.raises(NotFound):
        read(store, sealer, case_id, person("desk", of=EAST))


def test_a_decision_is_kept_with_who_and_when_and_told_as_codes(store, sealer, case):
    answer = decide(store, sealer, case, HANDLER)

    assert (answer["category"], answer["urgency"], answer["agreed"]) == ("notaries.false_notarisation", "urgent", True)
    assert (answer["decided_by_id"], answer["decided_at"]) == (HANDLER.id, NOW)
    assert read(store, sealer, case)["decision"]["decided_by_id"] == HANDLER.id
    report = report_behind(store, case)
    told = [event for event in report["outbox"] if event["type"] == ReportClassifiedV1.type()]
    assert [event["data"] for event in told] == [
        {
            "report_id": report["_id"],
            "case_id": case,
            "category": "notaries.false_notarisation",
            "urgency": "urgent",
            "decided_at": "2026-03-02T01:15:08.412Z",
        }
    ]


def test_the_same_decision_again_changes_nothing_and_another_one_counts_from_then_on(store, sealer, case):
    decide(store, sealer, case)
    before = report_behind(store, case)
    decide(store, sealer, case)
    assert report_behind(store, case) == before

    answer = decide(store, sealer, case, urgency="routine")
    assert (answer["urgency"], answer["agreed"]) == ("routine", False)
    assert [each["urgency"] for each in report_behind(store, case)["triage_decisions"]] == ["urgent", "routine"]


def test_who_decides_the_same_as_another_before_is_on_record_too(store, sealer, case):
    decide(store, sealer, case, DESK)
    answer = decide(store, sealer, case, HANDLER)

    assert answer["decided_by_id"] == HANDLER.id
    assert [each["by"] for each in report_behind(store, case)["triage_decisions"]] == [DESK.id, HANDLER.id]


def test_confirmed_cases_are_kept_sealed_and_told_only_to_those_who_see_them(store, sealer, submit, case):
    other, other_id = submit(narrative=AGAIN)
    answer = decide(store, sealer, case, similar_confirmed=[other])

    assert answer["similar_confirmed"] == [other]
    kept = encode(report_behind(store, case)["triage_decisions"][-1])
    assert other.encode() not in kept
    assert other_id.encode() not in kept
    store.db["reports"].update_one({"_id": other_id}, {"$set": {"case.handler_id": "somebody-else"}})
    assert read(store, sealer, case, HANDLER)["decision"]["similar_confirmed"] == []


def test_a_decision_before_the_analysis_agrees_with_nothing(store, sealer, submit):
    case_id, _ = submit()

    assert decide(store, sealer, case_id)["agreed"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "no.such"}, "category"),
        ({"similar_confirmed": ["no-such-case"]}, "similar_confirmed.0"),
    ],
)
def test_a_decision_names_only_what_there_is(store, sealer, case, changes, field):
    with pytest.raises(Invalid) as refused:
        decide(store, sealer, case, **changes)

    assert [error["field"] for error in refused.value.errors] == [field]


def test_what_the_text_names_is_corrected_kept_sealed_and_given_back(store, sealer, case):
    assert decide(store, sealer, case)["entities"] is None
    named = [{"kind": "person", "text": "误认的名字"}, {"kind": "money", "text": "三千元"}]

    assert decide(store, sealer, case, entities=named)["entities"] == named
    assert read(store, sealer, case)["decision"]["entities"] == named
    assert "误认的名字".encode() not in encode(report_behind(store, case))
    assert decide(store, sealer, case, entities=[])["entities"] == []
    assert len(report_behind(store, case)["triage_decisions"]) == 3


def test_what_is_named_is_of_a_known_kind():
    with pytest.raises(ValidationError) as refused:
        operations.decide_case_triage.load(
            {"case_id": "c", "category": "c", "urgency": "routine", "entities": [{"kind": "animal", "text": "狗"}]}
        )
    assert refused.value.messages.keys() == {"entities"}


def test_a_suggestion_is_classified_too_and_compared_with_suggestions(store, sealer, analyst, submit, case):
    said = {"kind": "suggestion", "category": "service"}
    _, first = submit(case=False, title="建议公证处周六开门", narrative="建议公证处星期六上午开半天。", **said)
    _, other = submit(case=False, title="公证处周六值班", narrative="建议公证处星期六上午开门。", **said)

    def decided(actor=DESK, **changes):
        asked = {"suggestion_id": first, "category": "service.convenience", "urgency": "routine"} | changes
        request = operations.decide_suggestion_triage.load(asked)
        return triage.decide_suggestion_triage(store, sealer, request, by(actor))

    answer = decided(similar_confirmed=[other])
    assert (answer["category"], answer["similar_confirmed"]) == ("service.convenience", [other])
    told = triage.read_suggestion_triage(store, sealer, {"suggestion_id": first, "purpose": "p"}, by(DESK))
    assert told["decision"]["similar_confirmed"] == [other]
    (event,) = [e for e in store.reports.get(first)["outbox"] if e["type"] == ReportClassifiedV1.type()]
    assert (event["data"]["case_id"], event["data"]["urgency"]) == (None, "routine")
    for wrong in (first, case, report_behind(store, case)["_id"]):
        with pytest.raises(Invalid):
            decided(similar_confirmed=[wrong])
    with pytest.raises(NotFound):
        decided(HANDLER)


def test_a_case_is_not_similar_to_itself(store, sealer, case):
    with pytest.raises(Invalid):
        decide(store, sealer, case, similar_confirmed=[case])


def test_suggestions_are_compared_with_suggestions_and_read_by_the_desk_alone(store, sealer, analyst, submit):
    said = {"kind": "suggestion", "category": "service"}
    _, first = submit(
        case=False, title="建议公证处周六开门", narrative="建议公证处星期六上午开半天，上班族请不了假。", **said
    )
    _, second = submit(
        case=False, title="公证处周六值班", narrative="上班族平时请不了假，建议公证处星期六上午开半天门。", **said
    )
    for report_id in (first, second):
        analysis.analyse_report(store, sealer, analyst, report_id)
    request = operations.read_suggestion_triage.load({"suggestion_id": second})

    told = operations.read_suggestion_triage.dump(triage.read_suggestion_triage(store, sealer, request, by(DESK)))
    assert told["categories"][0]["code"] == "service.convenience"
    assert [each["suggestion_id"] for each in told["similar"]] == [first]
    (recorded,) = store.db["accesses"].find({"report_id": second})
    assert (recorded["what"], recorded["actor_id"]) == ("triage", DESK.id)
    with pytest.raises(NotFound):
        triage.read_suggestion_triage(store, sealer, request, by(HANDLER))
    with pytest.raises(NotFound):
        triage.read_suggestion_triage(store, sealer, {**request, "suggestion_id": "no-such"}, by(DESK))


def test_similar_suggestions_about_the_readers_unit_are_not_told(store, sealer, analyst, submit):
    said = {"kind": "suggestion", "category": "service", "narrative": "建议桂子街的法律服务大厅中午也留一个窗口。"}
    (_, first), (_, second) = submit(case=False, **said), submit(case=False, **said)
    for report_id in (first, second):
        analysis.analyse_report(store, sealer, analyst, report_id)
    store.db["reports"].update_one({"_id": first}, {"$set": {"subject_unit_ids": [EAST]}})
    request = operations.read_suggestion_triage.load({"suggestion_id": second})

    for unit, seen in ((OFFICE, [first]), (EAST, [])):
        told = triage.read_suggestion_triage(store, sealer, request, by(person("desk", of=unit)))
        assert [each["suggestion_id"] for each in told["similar"]] == seen


def test_a_result_is_kept_once_and_never_with_an_erased_report(store, submit):
    _, report_id = submit()
    first, second = ({"state": "done", "model": name, "sealed": b"x"} for name in ("first", "second"))
    assert store.triage.keep(report_id, first)
    assert not store.triage.keep(report_id, second)
    assert store.reports.get(report_id)["triage"] == first

    _, erased = submit()
    _erase(store, erased)
    assert not store.triage.keep(erased, first)
    assert "triage" not in store.reports.get(erased)


def _erase(store, report_id):
    ended = {"outcome": "refused", "ended_at": datetime(2010, 1, 1, tzinfo=UTC)}
    store.db["reports"].update_one({"_id": report_id}, {"$set": ended})
    now = datetime(2040, 1, 1, tzinfo=UTC)
    (found,) = [each for each in due(store, now) if each.report["_id"] == report_id]
    assert begin(store, found, now)
