"""Every query of the service is served by an index: a full flow is run, and all that it asked is explained."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.reports import handlers
from services.reports.above import leaving
from services.reports.handlers import analysis, corrections, erasure, holds, identity_requests, keys, triage, units
from services.reports.keys import public_key
from services.reports.model.identity_requests import IdentityRequestOpen
from services.reports.sealing import Sealer
from services.reports.triage import classifier
from services.reports.triage.analyst import Analyst
from tests.integration.reports.attaching import a_vault
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, progressed, report_of
from tests.integration.reports.bureau import know_the_bureau
from tests.integration.reports.identity_asking import CUSTODIAN, Asker, a_named_case, decides
from tests.integration.reports.writing import OTHER_HANDLER
from tests.support.explaining import BY_READING_ALL, asked, stages, walk

# When suggestions of the first moment are overdue.
LATER = NOW + timedelta(days=90)


@pytest.mark.parametrize("part", ["everything", "identity requests", "keys", "retention", "sealed route", "triage"])
def test_every_query_is_served_by_an_index(watched, sealer, recorder, part, tmp_path):
    run = {
        "everything": run_everything,
        "identity requests": run_identity_requests,
        "keys": run_all_of_keys,
        "retention": run_retention,
        "sealed route": partial(run_sealed_route, tmp_path),
        "triage": run_triage,
    }
    run[part](watched, sealer)
    commands = asked(recorder)

    assert len(commands) > 10
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def run_everything(store, sealer):
    key = replace(CALL, idempotency_key="indexed")
    receipt = handlers.submit_report(store, sealer, a_report(), key)["receipt"]
    handlers.submit_report(store, sealer, a_report(), key)
    progressed(store, sealer, receipt, case_id="indexed", state="closed", reporter_state="closed")
    progressed(store, sealer, receipt, case_id="indexed", sequence=2, text_code=None, reporter_state="closed")
    for _ in range(2):
        written = handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, key)
    answered = handlers.post_case_message(store, sealer, {"case_id": "indexed", "text": "答复"}, by(DESK))
    for actor in (DESK, HANDLER, OTHER_HANDLER):
        walk(lambda page, actor=actor: handlers.list_inbox(store, page, by(actor)))
    handlers.mark_case_messages_read(store, {"case_id": "indexed", "up_to": written["id"]}, by(DESK))
    handlers.mark_read(store, sealer, {"receipt": receipt, "up_to": answered["id"]})
    handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    walk(lambda page: handlers.list_messages(store, sealer, {"receipt": receipt, **page}))
    handlers.rate(store, sealer, {"receipt": receipt, "satisfied": True, "reason": None}, CALL)
    handlers.read_case_report(store, sealer, {"case_id": "indexed", "purpose": "p"}, by(DESK))
    suggestion = a_report(kind="suggestion", category="service")
    receipt = handlers.submit_report(store, sealer, suggestion, CALL)["receipt"]
    suggestion_id = report_of(store, sealer, receipt)["_id"]
    for state in (None, "received"):
        for overdue in (False, True):
            filters = {"state": state, "overdue": overdue}
            walk(
                lambda page, filters=filters: handlers.list_suggestions(store, {**filters, **page}, by(DESK, now=LATER))
            )
    answer = {"suggestion_id": suggestion_id, "decision": "adopted", "because": "可行", "expected_version": None}
    handlers.answer_suggestion(store, sealer, answer, by(DESK))
    handlers.forget_replays(store, NOW)


def run_identity_requests(store, sealer):
    receipt = a_named_case(store, sealer, "asked-about")
    asker = Asker(store, sealer, "asked-about")
    for call in (by(HANDLER, idempotency_key="ask"), by(HANDLER, idempotency_key="ask")):
        request_id = asker.asks(call=call)["id"]
    with pytest.raises(IdentityRequestOpen):
        asker.asks()
    decides(store, sealer, request_id)
    asker.opens(request_id)
    handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    for actor in (CUSTODIAN, HANDLER):
        walk(lambda page, actor=actor: identity_requests.list_requests(store, page, by(actor)))
    identity_requests.end_over(store, LATER)
    store.identity_requests.erase(report_of(store, sealer, receipt)["_id"])


def run_retention(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id="over", outcome="refused", state="refused", reporter_state="closed")
    said = {"case_id": "over", "reason": "诉讼未结"}
    holds.hold_report(store, sealer, said, by(DESK))
    holds.lift_hold(store, sealer, said, by(DESK))
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)
    long_after, vault = NOW + timedelta(days=9000), a_vault(store)
    assert erasure.run(store, vault, long_after) > 0
    erasure.run(store, vault, long_after + timedelta(hours=1))
    assert report_of(store, sealer, receipt)["erasure"]["state"] == "erased"
    erasure.run(store, vault, long_after + timedelta(hours=2))


def run_all_of_keys(store, sealer):
    named = a_report(reporter={"mode": "named", "name": "张三", "phone": "13800000000"})
    handlers.submit_report(store, sealer, named, replace(CALL, idempotency_key="under-an-older-key"))
    older, newer, custodian = (bytes([number]) * 32 for number in (11, 21, 22))
    lookups = (newer, (bytes([13]) * 32,))
    rotated = Sealer.of((newer, older), sealer.custodian_public, *lookups, superior_public=sealer.superior_public)
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    handlers.read_current(store, rotated, {"receipt": receipt}, CALL)
    handlers.submit_report(store, rotated, named, replace(CALL, idempotency_key="under-an-older-key"))
    assert keys.to_rotate(store, rotated) > 0
    assert [batch.unreadable for batch in keys.rotate(store, rotated, 100)] == [[]]
    to = public_key(custodian)
    assert keys.identities_to_rotate(store, to) > 0
    assert [batch.unreadable for batch in keys.rotate_identities(store, [bytes([12]) * 32], to, 100)] == [[]]
    keys.check(store, rotated)
    keys.tell_missing(store, sealer)


def run_sealed_route(folder, store, sealer):
    know_the_bureau(store)
    about_the_head = a_report(subjects=[{"unit": "市司法局", "position": "局长"}])
    receipt = handlers.submit_report(store, sealer, about_the_head, CALL)["receipt"]
    handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, CALL)
    for report in list(leaving.listed(store)):
        assert leaving.export(store, store.parts, report["id"], folder, "somebody", NOW)
    other = report_of(store, sealer, handlers.submit_report(store, sealer, a_report(), CALL)["receipt"])
    assert units.keep_from_units_in(store, other["_id"], ["东湖司法局"])


def run_triage(store, sealer):
    analyst = Analyst(classifier.load())
    for case_id in ("triaged", "again"):
        receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
        progressed(store, sealer, receipt, case_id=case_id)
        analysis.analyse_report(store, sealer, analyst, report_of(store, sealer, receipt)["_id"])
    assert analysis.compare_with_what_is_kept(store, sealer, Analyst(classifier.load())) >= 2
    assert triage.read_case_triage(store, sealer, {"case_id": "again", "purpose": "p"}, by(DESK))["similar"]
    decision = {"category": "other", "urgency": "routine", "similar_confirmed": ["triaged"], "entities": None}
    triage.decide_case_triage(store, sealer, {"case_id": "again", **decision}, by(DESK))
    assert list(corrections.corrections(store, sealer))
    analysis.analyse_overdue(store, sealer, analyst, NOW + timedelta(hours=2))
