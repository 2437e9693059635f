"""Training triage anew from what staff decided, by the command that operators run."""

from __future__ import annotations

import pytest

from chassis.config import read
from contracts.reports import operations
from services.reports import handlers
from services.reports.handlers import corrections, triage
from services.reports.settings import load_settings
from services.reports.triage import classifier
from services.reports.triage.classifier import CATEGORY
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, by, progressed
from tests.integration.reports.operating import Operator

NARRATIVE = "某处的饕餮鹡鸰之事，律师慕容雪莲收了三万五千元。"


@pytest.fixture(scope="module")
def operator(tmp_path_factory, mongo_uri, database_prefix):
    return Operator(tmp_path_factory.mktemp("operator") / "keys", mongo_uri, database_prefix)


@pytest.fixture(scope="module")
def sealer(operator):
    (settings,) = read(load_settings, environ=operator.environment)
    return settings.sealer


@pytest.fixture(scope="module")
def decided(store, sealer):
    """Six reports that tell of the same, corrected by the desk."""
    for number in range(6):
        receipt = handlers.submit_report(store, sealer, a_report(narrative=NARRATIVE), CALL)["receipt"]
        progressed(store, sealer, receipt, case_id=f"decided-{number}", handler_id=HANDLER.id)
        for urgency in ("routine", "prompt"):
            said = {"case_id": f"decided-{number}", "category": "other", "urgency": urgency}
            triage.decide_case_triage(store, sealer, operations.decide_case_triage.load(said), by(DESK))


def test_the_last_decision_about_each_report_is_what_is_learned(store, sealer, decided):
    found = list(corrections.corrections(store, sealer))

    assert [(each.category, each.urgency) for each in found] == [("other", "prompt")] * 6
    assert {each.submission.narrative for each in found} == {NARRATIVE}


def test_a_model_learns_from_corrections_without_holding_names_or_rare_phrases(operator, store, decided, tmp_path):
    path = tmp_path / "corrected.npz"
    output = operator.run("triage", "train", "--corrections", "--output", str(path), "--version", "corrected")
    assert "406 reports" in output

    model = classifier.load(path)
    assert model.about["corrections"] == 6
    assert model.version == "corrected"
    assert "other" in model.questions[CATEGORY].answers
    # Six reports say it: enough to be learned; the names are masked whoever says them.
    assert "饕餮" in model.vocabulary
    assert not [gram for gram in model.vocabulary if "慕容" in gram or "雪莲" in gram]


def test_what_fewer_reports_say_is_not_learned(operator, store, sealer, decided, tmp_path):
    store.db["reports"].update_many(
        {"case.id": {"$in": ["decided-0", "decided-1"]}}, {"$unset": {"triage_decisions": ""}}
    )
    path = tmp_path / "fewer.npz"
    operator.run("triage", "train", "--corrections", "--output", str(path))

    assert "饕餮" not in classifier.load(path).vocabulary


def test_reports_that_do_not_open_are_counted_and_left_out(operator, store, sealer, decided, tmp_path):
    store.db["reports"].update_one({"case.id": "decided-5"}, {"$set": {"data_key.desk.key_id": "gone"}})
    output = operator.run("triage", "train", "--corrections", "--output", str(tmp_path / "some.npz"))

    assert "1 reports do not open" in output
