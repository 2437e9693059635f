"""Every query of the service is served by an index: a full flow is run, and all that it asked is explained."""

from dataclasses import replace

import pytest
from pymongo import MongoClient, monitoring

from services.reports import handlers
from services.reports.store import ReportsStore
from tests.integration.reports.building import CALL, DESK, NOW, a_report, by, progressed, report_of

ASKING = ("find", "findAndModify", "update", "aggregate", "delete", "count", "distinct")
NOT_EXPLAINABLE = (
    "lsid",
    "$db",
    "$clusterTime",
    "txnNumber",
    "writeConcern",
    "readConcern",
    "$readPreference",
)


class Recorder(monitoring.CommandListener):
    """Keeps the commands that look something up."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        if event.command_name in ASKING:
            self.commands.append({k: v for k, v in event.command.items() if k not in NOT_EXPLAINABLE})

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def watched(mongo_uri, database_prefix, recorder, store):
    with MongoClient(mongo_uri, tz_aware=True, w="majority", event_listeners=[recorder]) as client:
        yield ReportsStore(client, database_prefix)


def one_by_one(command):
    """Only one statement of an update can be explained at a time."""
    name = next(iter(command))
    if name != "update":
        return [command]
    return [{**command, "updates": [statement]} for statement in command["updates"]]


def stages_of(plan):
    found = [plan["stage"]] if "stage" in plan else []
    for inner in plan.values():
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                found += stages_of(part)
    return found


def test_every_query_is_served_by_an_index(watched, sealer, recorder):
    run_everything(watched, sealer)
    asked = [each for command in list(recorder.commands) for each in one_by_one(command)]

    assert len(asked) > 20
    for command in asked:
        plan = watched.db.command("explain", command, verbosity="queryPlanner")["queryPlanner"]["winningPlan"]
        assert "COLLSCAN" not in stages_of(plan), command
        assert "SORT" not in stages_of(plan), command


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


def walk(ask):
    """Both the first page and one behind a cursor."""
    first = ask({"limit": 1, "cursor": None})
    ask({"limit": 1, "cursor": first["next_cursor"]})
