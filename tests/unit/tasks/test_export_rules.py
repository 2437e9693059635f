"""Exporting a case: who may, in which state; it leaves the case as it was; what the signed text says."""

import json
from dataclasses import replace

import pytest

from services.tasks.model.applying import apply
from services.tasks.model.decisions import MAX_HISTORY, Action, decide
from services.tasks.model.exports import Custody, manifest_text, signed_bytes
from services.tasks.model.refusals import Forbidden
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import STATES
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, SUPERVISOR, File, somebody

FILES = (
    {"path": "evidence/1-x", "size": 2, "sha256": "b" * 64, "item": 1},
    {"path": "00-目录.pdf", "size": 1, "sha256": "a" * 64, "item": None},
)


def export(case, person):
    return decide(case, Action("export", {}, case.opened_at), person, {}, case.version)


def manifest(**changes):
    said = {
        "number": "明司卷〔2026〕3号",
        "case_id": "c",
        "case_number": "2026-000001",
        "case_version": 7,
        "made_at": File().case.opened_at,
        "made_by": {"id": "p", "name": "某人"},
        "files": FILES,
        "custody": [Custody(1, "kept", 3, "c" * 64, None)],
    }
    return manifest_text(**{**said, **changes})


@pytest.mark.parametrize("state", STATES)
def test_a_case_can_be_exported_in_every_state_and_stays_as_it_was(state):
    case = replace(File().investigating().case, state=state)
    for person in (DESK, HANDLER):
        entry = export(case, person)
        assert (entry.from_state, entry.to_state) == (state, state)
        assert apply(case, entry) == case


def test_a_full_history_takes_the_line_of_an_export_still_and_not_without_end():
    case = File().investigating().case
    assert decide(case, Action("export", {}, case.opened_at), DESK, {}, MAX_HISTORY).action == "export"
    with pytest.raises(Forbidden) as refused:
        decide(case, Action("export", {}, case.opened_at), DESK, {}, MAX_HISTORY + 1000)
    assert refused.value.why == "cases.history_full"


def test_nobody_else_exports_it():
    case = File().investigating().case
    for person in (SUPERVISOR, LEADER, somebody("handler", id="another")):
        with pytest.raises(Forbidden):
            export(case, person)
    for kept_from in (replace(case, route=ABOVE), replace(case, excluded_unit_ids=DESK.unit_path[:1]),
                      replace(case, excluded_person_ids=(DESK.id,))):  # fmt: skip
        with pytest.raises(Forbidden):
            export(kept_from, DESK)


def test_the_manifest_is_the_same_text_whatever_order_the_files_came_in():
    assert manifest() == manifest(files=FILES[::-1])
    said = json.loads(manifest())
    assert [file["path"] for file in said["files"]] == ["00-目录.pdf", "evidence/1-x"]
    assert said["custody"] == [{"item": 1, "state": "kept", "links": 3, "head": "c" * 64, "broken_at": None}]
    assert "明司卷〔2026〕3号" in manifest()


def test_what_is_signed_is_marked_as_a_bundle():
    text = manifest().encode()
    assert signed_bytes(text).endswith(text)
    assert signed_bytes(text) != text
