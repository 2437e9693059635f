"""Every query of the service is served by an index: a full flow is run, and all that it asked is explained."""

from dataclasses import replace

from services.reports import handlers
from tests.integration.reports.building import CALL, DESK, NOW, a_report, by, progressed, report_of
from tests.support.explaining import BY_READING_ALL, asked, stages, walk


def test_every_query_is_served_by_an_index(watched, sealer, recorder):
    run_everything(watched, sealer)
    commands = asked(recorder)

    assert len(commands) > 20
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def run_everything(store, sealer):
    key = replace(CALL, idempotency_key="indexed")
    receipt = handlers.submit_report(store, sealer, a_report(), key)["receipt"]
    handlers.submit_report(store, sealer, a_report(), key)
    progressed(store, sealer, receipt, case_id="indexed", state="closed", reporter_state="closed")
    progressed(store, sealer, receipt, case_id="indexed", sequence=2, text_code=None, reporter_state="closed")
    for _ in range(2):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": "补充"}, key)
    handlers.post_case_message(store, sealer, {"case_id": "indexed", "text": "答复"}, by(DESK))
    handlers.read_current(store, sealer, {"receipt": receipt})
    walk(lambda page: handlers.list_messages(store, sealer, {"receipt": receipt, **page}))
    handlers.rate(store, sealer, {"receipt": receipt, "satisfied": True, "reason": None}, CALL)
    handlers.read_case_report(store, sealer, {"case_id": "indexed", "purpose": "p"}, by(DESK))
    suggestion = a_report(kind="suggestion", category="service")
    receipt = handlers.submit_report(store, sealer, suggestion, CALL)["receipt"]
    suggestion_id = report_of(store, sealer, receipt)["_id"]
    for state in (None, "received"):
        walk(lambda page, state=state: handlers.list_suggestions(store, {"state": state, **page}, by(DESK)))
    answer = {"suggestion_id": suggestion_id, "decision": "adopted", "because": "可行"}
    handlers.answer_suggestion(store, sealer, answer, by(DESK))
    handlers.forget_replays(store, NOW)
