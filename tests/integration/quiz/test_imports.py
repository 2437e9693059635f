"""Imports on a real database: every row accounted for, nothing doubled, and a crash costs nothing but time."""

import pytest

from chassis.refusals import Invalid
from contracts.quiz import operations
from services.quiz import files
from services.quiz.handlers import imports, questions
from tests.integration.quiz.building import NOW, TRAINER, an_import, by, progress

HEADER = "题型,题干,选项A,选项B,答案,分值,分类\n"


@pytest.fixture(autouse=True)
def empty_bank(store):
    store.db["questions"].delete_many({})


def a_file(count=3, answer="A"):
    return HEADER + "".join(f"单选题,题{number},甲,乙,{answer},2,法律\n" for number in range(count))


def run(store, content, **fields):
    import_id = an_import(store, content, **fields)
    imports.work_off(store, NOW)
    return progress(store, import_id)


def counts(done):
    return tuple(done[name] for name in ("total", "created", "updated", "unchanged", "rejected_total"))


def bank(store):
    return {found["stem"]: found for found in store.db["questions"].find()}


def test_a_file_becomes_questions_and_an_account(store):
    done = run(store, a_file() + "单选题,坏题,甲,乙,Z,2,法律\n")

    assert (done["state"], counts(done)) == ("done", (4, 3, 0, 0, 1))
    assert done["rejected"] == [{"row": 5, "field": "answer", "message": "question.answer_single", "value": "Z"}]
    assert bank(store)["题0"]["answer"] == "A"
    assert bank(store)["题0"]["category"] == "law"


def test_the_import_is_seen_as_running_until_it_is_done(store):
    import_id = an_import(store, a_file())

    assert progress(store, import_id)["state"] == "running"
    imports.work_off(store, NOW)
    assert progress(store, import_id)["finished_at"] == "2026-03-10T01:00:00.000Z"
    assert store.imports.content(import_id) == b""


def test_a_re_import_updates_instead_of_doubling(store):
    run(store, a_file())
    ids = {stem: found["_id"] for stem, found in bank(store).items()}

    assert counts(run(store, a_file())) == (3, 0, 0, 3, 0)
    assert counts(run(store, a_file(4, answer="B"))) == (4, 1, 3, 0, 0)
    assert {stem: found["_id"] for stem, found in bank(store).items() if stem in ids} == ids
    assert bank(store)["题0"]["answer"] == "B"
    assert (bank(store)["题0"]["revision"], bank(store)["题0"]["version"]) == (2, 2)


def test_a_question_that_was_written_by_hand_is_updated_by_the_import_of_its_stem(store):
    given = {"type": "true_false", "stem": "题 0！", "answer": True, "category": "law"}
    id = questions.create(store, operations.create_question.load(given), by(TRAINER))["id"]

    assert counts(run(store, a_file(1))) == (1, 0, 1, 0, 0)
    assert questions.get(store, {"question_id": id})["type"] == "single"


def test_export_and_import_again_changes_nothing(store):
    run(store, a_file())
    for format in ("csv", "xlsx", "gift", "moodle_xml"):
        exported = questions.export(store, {"format": format, "state": "active"})
        import_id = imports.start(
            store, operations.import_questions.load({"content": exported["content"]}), by(TRAINER)
        )
        imports.work_off(store, NOW)
        assert counts(progress(store, import_id["id"])) == (3, 0, 0, 3, 0), format


@pytest.mark.parametrize("crash_after", ["the rows are written", "the progress is written"])
def test_an_import_that_was_cut_short_goes_on_and_counts_every_row_once(store, monkeypatch, crash_after):
    monkeypatch.setattr(imports, "BATCH", 2)
    run(store, a_file(1, answer="B"))
    import_id = an_import(store, a_file(5))
    advance, calls = store.imports.advance, []

    def crash(*args):
        calls.append(args)
        if len(calls) == 2 and crash_after == "the rows are written":
            raise ConnectionError
        done = advance(*args)
        if len(calls) == 2:
            raise ConnectionError
        return done

    with monkeypatch.context() as crashing:
        crashing.setattr(store.imports, "advance", crash)
        with pytest.raises(ConnectionError):
            imports.work_off(store, NOW)
    assert progress(store, import_id)["state"] == "running"

    imports.work_off(store, NOW)

    assert counts(progress(store, import_id)) == (5, 4, 1, 0, 0)
    assert len(bank(store)) == 5
    assert {found["version"] for found in bank(store).values()} == {1, 2}


def test_a_file_that_is_none_fails_with_the_reason(store):
    done = run(store, "just a letter")

    assert (done["state"], done["message"]) == ("failed", "import.unknown_format")


def test_an_import_that_brings_the_service_down_again_and_again_is_given_up(store, monkeypatch):
    import_id = an_import(store, a_file())
    with monkeypatch.context() as crashing:
        crashing.setattr(files, "read", lambda *_: (_ for _ in ()).throw(MemoryError))
        for _ in range(imports.MAX_TRIES):
            with pytest.raises(MemoryError):
                imports.work_off(store, NOW)

    imports.work_off(store, NOW)

    assert (progress(store, import_id)["state"], progress(store, import_id)["message"]) == (
        "failed",
        "import.given_up",
    )


def test_the_account_lists_a_thousand_rejected_rows_and_counts_them_all(store):
    done = run(store, HEADER + "".join(f"连线题,题{number},,,A,1,法律\n" for number in range(1100)))

    assert (len(done["rejected"]), done["rejected_total"]) == (1000, 1100)


def test_content_that_is_no_base64_is_refused(store):
    with pytest.raises(Invalid):
        imports.start(store, operations.import_questions.load({"content": "…"}), by(TRAINER))


def test_the_same_upload_with_the_same_key_is_one_import(store):
    request = operations.import_questions.load({"content": "YQ=="})

    first, again = (imports.start(store, request, by(TRAINER, idempotency_key="i1")) for _ in range(2))

    assert first == again
    imports.work_off(store, NOW)
