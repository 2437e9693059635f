"""Imports on a real database: every row accounted for, nothing doubled, and a crash costs nothing but time."""

import base64
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from chassis.ids import new_id
from chassis.refusals import Invalid
from contracts.quiz import operations
from services.quiz import files
from services.quiz.files.template import EXPLAINED
from services.quiz.handlers import imports, question_exports, questions
from tests.integration.quiz.building import NOW, TRAINER, an_import, by, counts, progress, run_import
from tests.unit.quiz.questions import PICTURES, contents

FORMATS = ("csv", "xlsx", "gift", "aiken", "moodle_xml", "qti3")
HEADER = "题型,题干,选项A,选项B,答案,分值,分类\n"


@pytest.fixture(autouse=True)
def empty_bank(store):
    store.db["questions"].delete_many({})


def a_file(count=3, answer="A"):
    return HEADER + "".join(f"单选题,题{number},甲,乙,{answer},2,法律\n" for number in range(count))


def bank(store):
    return {found["stem"]: found for found in store.db["questions"].find()}


def test_a_file_becomes_questions_and_an_account(store):
    done = run_import(store, a_file() + "单选题,坏题,甲,乙,Z,2,法律\n")

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
    run_import(store, a_file())
    ids = {stem: found["_id"] for stem, found in bank(store).items()}

    assert counts(run_import(store, a_file())) == (3, 0, 0, 3, 0)
    assert counts(run_import(store, a_file(4, answer="B"))) == (4, 1, 3, 0, 0)
    assert {stem: found["_id"] for stem, found in bank(store).items() if stem in ids} == ids
    assert bank(store)["题0"]["answer"] == "B"
    assert (bank(store)["题0"]["revision"], bank(store)["题0"]["version"]) == (2, 2)


def test_a_question_that_was_written_by_hand_is_updated_by_the_import_of_its_stem(store):
    given = {"type": "true_false", "stem": "题 0！", "answer": True, "category": "law"}
    id = questions.create(store, operations.create_question.load(given), by(TRAINER))["id"]

    assert counts(run_import(store, a_file(1))) == (1, 0, 1, 0, 0)
    assert questions.get(store, {"question_id": id})["type"] == "single"


def test_export_and_import_again_changes_nothing(store):
    run_import(store, a_file())
    before = bank(store)
    for format in FORMATS:
        exported = question_exports.export(store, {"format": format, "state": "active"})
        done = run_import(store, base64.b64decode(exported["content"]))
        assert (exported["left_out"], counts(done)) == (0, (3, 0, 0, 3, 0)), format
    assert bank(store) == before


@pytest.mark.parametrize("format", FORMATS)
@given(written=st.lists(contents(), min_size=1, max_size=3, unique_by=lambda content: content.key))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_format_holds_is_taken_in_again_unchanged(store, format, written):
    store.db["questions"].delete_many({})
    for picture in PICTURES.values():
        store.media.add(picture.id, picture.content, {"media_type": picture.media_type}, NOW)
    given = [questions.new_document(new_id(), content, NOW) for content in written]
    store.db["questions"].insert_many(given)

    exported = question_exports.export(store, {"format": format, "state": "active"})
    held = len(written) - exported["left_out"]
    if held:
        assert counts(run_import(store, base64.b64decode(exported["content"]), format=format)) == (held, 0, 0, held, 0)
    assert list(store.db["questions"].find().sort("_id", 1)) == sorted(given, key=lambda one: one["_id"])


def test_a_question_that_was_stored_before_rubrics_and_pictures_were_is_not_changed_by_its_own_export(store):
    run_import(store, a_file(1))
    store.db["questions"].update_many({}, {"$unset": {"rubric": "", "media": "", "retired_because": ""}})
    exported = question_exports.export(store, {"format": "csv", "state": "active"})

    assert counts(run_import(store, base64.b64decode(exported["content"]))) == (1, 0, 0, 1, 0)


def test_a_dry_run_gives_the_whole_account_and_writes_nothing(store):
    run_import(store, a_file(2))
    before = bank(store)
    content = a_file(1) + "单选题,题1,甲,乙,B,2,法律\n单选题,新题,甲,乙,A,2,法律\n单选题,坏题,甲,乙,Z,2,法律\n"

    dry = run_import(store, content, dry_run="true")

    assert (dry["state"], dry["dry_run"], dry["processed"], counts(dry)) == ("done", True, 4, (4, 1, 1, 1, 1))
    assert [row["row"] for row in dry["rejected"]] == [5]
    assert bank(store) == before
    wet = run_import(store, content)
    assert (counts(wet), wet["duplicates"]) == (counts(dry), dry["duplicates"])
    assert bank(store)["题1"]["answer"] == "B"


def test_stems_that_stand_in_the_bank_are_told_row_by_row(store):
    run_import(store, a_file(2))
    ids = {stem: found["_id"] for stem, found in bank(store).items()}

    done = run_import(
        store, a_file(1) + "单选题,题 1！,甲,乙,B,2,法律\n单选题,题2,甲,乙,A,2,法律\n单选题,题2,甲,乙,A,2,法律\n"
    )

    assert done["duplicates"] == [
        {"row": 2, "question_id": ids["题0"], "effect": "unchanged"},
        {"row": 3, "question_id": ids["题1"], "effect": "updated"},
    ]
    assert [(row["row"], row["message"], row["value"]) for row in done["rejected"]] == [
        (5, "import.duplicate_stem", "4")
    ]


def test_progress_is_counted_while_an_import_runs(store, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    import_id = an_import(store, a_file(5))
    seen, advance = [], store.imports.advance

    def look_and_advance(*args):
        seen.append(progress(store, import_id))
        return advance(*args)

    monkeypatch.setattr(store.imports, "advance", look_and_advance)
    imports.work_off(store, NOW)

    assert [(done["state"], done["processed"], done["total"]) for done in seen] == [
        ("running", 0, 5),
        ("running", 2, 5),
        ("running", 4, 5),
    ]


def test_somebody_who_writes_while_a_file_is_taken_in_loses_nothing(store, monkeypatch):
    run_import(store, a_file(1))
    (id,) = (found["_id"] for found in bank(store).values())
    keep, calls = store.revisions.keep, []

    def write_in_between(former):
        calls.append(keep(former))
        if len(calls) == 1:
            change = {"question_id": id, "expected_version": None, "answer": "B", "explanation": "手改"}
            monkeypatch.setattr(store.revisions, "keep", keep)
            questions.update(store, change, by(TRAINER))
            monkeypatch.setattr(store.revisions, "keep", write_in_between)

    monkeypatch.setattr(store.revisions, "keep", write_in_between)
    assert counts(run_import(store, a_file(1).replace("2,法律", "3,法律"))) == (1, 0, 1, 0, 0)

    assert (bank(store)["题0"]["revision"], bank(store)["题0"]["score"]) == (3, 3.0)
    page = questions.list_revisions(store, {"question_id": id, "limit": 5, "cursor": None})
    assert [(one["revision"], one["explanation"]) for one in page["items"]] == [(2, "手改"), (1, "")]


def test_pictures_stay_with_a_question_that_a_file_updates(store):
    run_import(store, a_file(1))
    picture = {"place": "A", "id": "picture", "alt": "国徽"}
    store.db["questions"].update_many({}, {"$set": {"media": [picture]}})

    assert counts(run_import(store, a_file(1))) == (1, 0, 0, 1, 0)
    assert counts(run_import(store, a_file(1, answer="B"))) == (1, 0, 1, 0, 0)
    assert bank(store)["题0"]["media"] == [picture]


def filled(template, format, line):
    if format == "csv":
        return template + (",".join(line.get(name, "") for name in EXPLAINED) + "\n").encode()
    book = load_workbook(io.BytesIO(template))
    book.worksheets[0].append([line.get(name) for name in EXPLAINED])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_the_template_filled_in_is_imported(store, format):
    file = question_exports.template(operations.question_template.load({"format": format}))
    line = {
        "type": "单选题",
        "stem": "模板题",
        "option_A": "甲",
        "option_B": "乙",
        "answer": "B",
        "category": "党史教育",
    }

    assert file["file_name"] == f"题库导入模板.{format}"
    done = run_import(store, filled(base64.b64decode(file["content"]), format, line))
    assert (done["rejected"], counts(done)) == ([], (1, 1, 0, 0, 0))
    assert (bank(store)["模板题"]["category"], bank(store)["模板题"]["answer"]) == ("party_history", "B")


def test_the_template_explains_each_of_its_columns_in_both_languages():
    file = question_exports.template({"format": "xlsx"})
    table, about = load_workbook(io.BytesIO(base64.b64decode(file["content"]))).worksheets
    lines = list(about.iter_rows(min_row=2, values_only=True))

    assert [line[0] for line in lines] == [cell.value for cell in table[1]]
    assert all(chinese and english for _, chinese, english, *_ in lines)


@pytest.mark.parametrize("crash_after", ["the rows are written", "the progress is written"])
def test_an_import_that_was_cut_short_goes_on_and_counts_every_row_once(store, monkeypatch, crash_after):
    monkeypatch.setattr(imports, "BATCH", 2)
    run_import(store, a_file(1, answer="B"))
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
    done = run_import(store, "just a letter")

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
    done = run_import(store, HEADER + "".join(f"连线题,题{number},,,A,1,法律\n" for number in range(1100)))

    assert (len(done["rejected"]), done["rejected_total"]) == (1000, 1100)


def test_content_that_is_no_base64_is_refused(store):
    with pytest.raises(Invalid):
        imports.start(store, operations.import_questions.load({"content": "…"}), by(TRAINER))


def test_the_same_upload_with_the_same_key_is_one_import(store):
    request = operations.import_questions.load({"content": "YQ=="})

    first, again = (imports.start(store, request, by(TRAINER, idempotency_key="i1")) for _ in range(2))

    assert first == again
    imports.work_off(store, NOW)


def test_what_a_question_was_taken_without_is_in_the_account_by_line_and_counted(store):
    text = "// 一\n首都半对{=北京 ~%50%南京 ~上海}\n\n全对{T}\n\n首都反馈{=北京#对了 ~南京#不对}\n\n没有答案\n"
    dry, done = (run_import(store, text, format="gift", dry_run=dry_run) for dry_run in (True, False))

    assert counts(done) == (4, 3, 0, 0, 1)
    assert [(one["row"], one["field"], one["message"], one["value"]) for one in done["omitted"]] == [
        (2, "answer", "import.partial_credit", "南京 50%"),
        (6, "explanation", "import.feedback", "对了"),
        (6, "explanation", "import.feedback", "不对"),
    ]
    assert done["omitted_total"] == 3
    assert (dry["omitted"], dry["omitted_total"]) == (done["omitted"], 3)
    assert [one["row"] for one in done["rejected"]] == [8]


def test_an_account_of_before_omissions_were_told_is_still_shown(store):
    done = run_import(store, "首都旧账{T}\n", format="gift")
    store.db["imports"].update_one({"_id": done["id"]}, {"$unset": {"omitted": "", "omitted_total": ""}})

    assert counts(progress(store, done["id"])) == (1, 1, 0, 0, 0)


def fixed(store):
    return {stem: found["fixed_options"] for stem, found in bank(store).items()}


def test_options_are_fixed_by_a_file_that_says_so_and_stay_so_where_a_file_says_nothing(store):
    header = "题型,题干,选项A,选项B,答案,固定选项\n"
    run_import(store, f"{header}单选题,甲题,甲,乙,A,是\n单选题,乙题,甲,乙,A,\n单选题,丙题,甲,乙,A,否\n")
    assert fixed(store) == {"甲题": True, "乙题": False, "丙题": False}

    silent = run_import(store, "甲题{=甲 ~乙}\n\n乙题{=甲 ~乙}\n", format="gift")
    assert counts(silent) == (2, 0, 0, 2, 0)
    assert fixed(store)["甲题"] is True

    said = run_import(store, f"{header}单选题,甲题,甲,乙,A,否\n")
    assert (counts(said), fixed(store)["甲题"]) == ((1, 0, 1, 0, 0), False)


@pytest.mark.parametrize("format", FORMATS)
def test_a_question_of_before_options_could_be_fixed_comes_back_unchanged(store, format):
    run_import(store, "题型,题干,选项A,选项B,答案\n单选题,旧题,甲,乙,A\n")
    store.db["questions"].update_one({"stem": "旧题"}, {"$unset": {"fixed_options": ""}})

    content = base64.b64decode(question_exports.export(store, {"format": format})["content"])

    (read,) = files.read(content, format=format).rows
    assert read.content.fixed_options is False
    again = run_import(store, content, format=format)
    assert (counts(again), again["omitted"]) == ((1, 0, 0, 1, 0), [])
