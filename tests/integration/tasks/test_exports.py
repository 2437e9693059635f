"""A bundle of a case gets its number and signature together with its lines on record, once, and not for everybody."""

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from nacl.signing import SigningKey

from chassis.refusals import IdempotencyKeyReused, Invalid, NotFound
from contracts.tasks import operations
from services.tasks.export_keys import Signer, signed_by
from services.tasks.handlers import evidence, exports
from services.tasks.handlers.changes import CaseChanged
from services.tasks.model.refusals import Forbidden, NothingSigns
from services.tasks.model.refusals import Invalid as InvalidField
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    SUPERVISOR,
    act,
    actor,
    by,
    get,
    history,
    investigating,
    opened,
)
from tests.integration.tasks.test_evidence import a_file, acts, add, item_of

KEY = SigningKey(b"k" * 32)
PUBLIC = (bytes(KEY.verify_key),)
INDEX = {"path": "00-目录.pdf", "size": 3, "sha256": "a" * 64}
ORIGINAL = {"path": "evidence/1-录音.mp3", "size": 9, "sha256": "b" * 64, "item": 1}


def export(store, case_id, call=None, *, files=(INDEX,), version=None, signer=None, prefix="明司"):
    version = get(store, case_id)["version"] if version is None else version
    request = {"case_id": case_id, "expected_version": version, "files": list(files)}
    signer = signer or Signer(KEY)
    return exports.export(store, operations.export_case.load(request), call or by(HANDLER), signer, prefix)


def with_a_file(store):
    case_id = investigating(store)
    add(store, case_id)
    add(store, case_id, kind="object")
    evidence.attach_file(store, a_file(case_id))
    return case_id


def test_the_signed_text_says_what_the_bundle_is(store):
    case_id = with_a_file(store)
    before = get(store, case_id)

    made = export(store, case_id, files=(ORIGINAL, INDEX))

    assert signed_by(made["manifest"].encode(), base64.b64decode(made["signature"]), PUBLIC) == made["key_id"]
    said = json.loads(made["manifest"])
    assert (said["number"], said["made_at"]) == (made["number"], "2026-03-02T01:00:00.000Z")
    assert said["made_by"] == {"id": HANDLER.id, "name": HANDLER.name}
    assert said["case"] == {"id": case_id, "number": before["number"], "version": before["version"]}
    assert said["files"] == [{**INDEX, "item": None}, ORIGINAL]
    heads = [(item_of(store, case_id, number)["head"], number) for number in (1, 2)]
    assert [(chain["head"], chain["item"]) for chain in said["custody"]] == heads
    assert [chain["links"] for chain in said["custody"]] == [3, 1]


def test_the_history_and_the_custody_of_each_original_say_so(store):
    case_id = with_a_file(store)
    made = export(store, case_id, files=(ORIGINAL, INDEX))

    line = history(store, case_id)["items"][-1]
    assert (line["action"], line["who"]["id"]) == ("export", HANDLER.id)
    assert line["details"] == {
        "bundle": made["number"],
        "files": 2,
        "manifest_sha256": hashlib.sha256(made["manifest"].encode()).hexdigest(),
    }
    link = item_of(store, case_id)["custody"][-1]
    assert (link["act"], link["ref"], link["by"]["id"]) == ("exported", made["id"], HANDLER.id)
    assert item_of(store, case_id)["broken_at"] is None
    assert acts(store, case_id, 2) == ["recorded"]


def test_numbers_run_through_the_year_whoever_exports_at_once(store):
    cases = [opened(store) for _ in range(3)]
    prefix = f"并{cases[0][-4:]}".translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    with ThreadPoolExecutor(3) as together:
        numbers = list(together.map(lambda one: export(store, one, by(DESK), prefix=prefix)["number"], cases))
    assert sorted(numbers) == [f"{prefix}卷〔2026〕{count}号" for count in (1, 2, 3)]


@pytest.mark.parametrize(("minute", "year"), [(59, 2026), (0, 2027)])
def test_the_year_of_a_number_is_that_of_the_bureau_s_wall(store, minute, year):
    """Midnight in the bureau is four in the afternoon, UTC."""
    moment = datetime(2026, 12, 31, 16 if minute == 0 else 15, minute, tzinfo=UTC)
    assert f"卷〔{year}〕" in export(store, opened(store), by(DESK, now=moment))["number"]


def test_the_number_of_a_bundle_is_no_other_documents_number(store):
    number = export(store, opened(store), by(DESK))["number"]
    other = opened(store)
    written = {"body": "other", "body_name": "市纪委监委", "reason": "移送", "document_number": number}
    with pytest.raises(InvalidField):
        act(store, other, "transfer", by(DESK), **written)
    assert get(store, other)["state"] == "registered"


def test_the_same_request_again_is_the_same_bundle(store):
    case_id = opened(store)
    call = by(DESK, idempotency_key=f"export-{case_id}")
    assert export(store, case_id, call, version=1) == export(store, case_id, call, version=1)
    with pytest.raises(IdempotencyKeyReused):
        export(store, case_id, call, version=1, files=({**INDEX, "size": 4},))
    assert [line["action"] for line in history(store, case_id)["items"]] == ["open", "export"]


def test_what_was_put_together_from_an_older_case_is_not_signed(store):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    with pytest.raises(CaseChanged) as refused:
        export(store, case_id, by(DESK), version=1)
    assert [change["action"] for change in refused.value.changes] == ["accept"]
    assert history(store, case_id)["items"][-1]["action"] == "accept"


def test_an_original_is_an_item_with_a_file(store):
    case_id = with_a_file(store)
    before = get(store, case_id)["version"]
    for item in (2, 3):
        with pytest.raises(Invalid):
            export(store, case_id, files=(ORIGINAL, {**ORIGINAL, "path": "evidence/x", "item": item}))
    assert (get(store, case_id)["version"], acts(store, case_id)) == (before, ["recorded", "file_attached"])


@pytest.mark.parametrize(
    "files",
    [
        [],
        [INDEX, INDEX],
        [ORIGINAL, {**ORIGINAL, "path": "evidence/2"}],
        [{**INDEX, "path": "manifest.json"}],
        [{**INDEX, "path": "../outside"}],
        [{**INDEX, "path": "/outside"}],
        [{**INDEX, "path": "evidence/"}],
        [{**INDEX, "path": "a\\b"}],
        [{**INDEX, "path": "a/.hidden"}],
        [{**INDEX, "sha256": "A" * 64}],
        [{**INDEX, "size": -1}],
    ],
    ids=str,
)
def test_a_list_of_files_that_cannot_be_is_refused(files):
    with pytest.raises(Exception, match="files"):
        operations.export_case.load({"case_id": "c", "expected_version": 1, "files": files})


def test_it_is_for_the_desk_and_the_handlers_in_any_state(store):
    case_id = investigating(store)
    act(store, case_id, "join", by(DESK), handler_id=OTHER_HANDLER.id, reason="联合办理")
    for who in (DESK, HANDLER, OTHER_HANDLER):
        assert export(store, case_id, by(who))["number"]
    over = opened(store)
    act(store, over, "refuse", by(DESK), ground="not_competent", reason="不属本局")
    assert export(store, over, by(DESK))["number"]


def test_it_is_for_nobody_else(store):
    case_id = investigating(store, subject_unit_ids=[DISTRICT])
    before = get(store, case_id)["version"]
    for who in (OTHER_HANDLER, actor("desk", id="insider", path=(BUREAU, DISTRICT))):
        with pytest.raises(NotFound):
            export(store, case_id, by(who), version=before)
    for who in (SUPERVISOR, LEADER):
        with pytest.raises(Forbidden):
            export(store, case_id, by(who), version=before)
    assert get(store, case_id)["version"] == before


def test_without_a_key_nothing_is_numbered(store):
    case_id = opened(store)
    request = {"case_id": case_id, "expected_version": 1, "files": [INDEX]}
    with pytest.raises(NothingSigns):
        exports.export(store, operations.export_case.load(request), by(DESK), None, "明司")
    assert get(store, case_id)["version"] == 1
