"""The import of old files: each once, through crashes and repetitions, with an account of what was rejected."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from chassis import clock
from chassis.imports import ImportJobs, working
from chassis.refusals import Invalid, NotFound
from services.tasks.handlers import old_file_imports
from services.tasks.handlers.old_file_batches import Batch
from services.tasks.old_file_table import written
from tests.integration.tasks.building import BUREAU, DESK, DISTRICT, OFFICE, actor, by, get, history
from tests.integration.tasks.old_files import (
    FAULTS,
    a_file,
    as_csv,
    know_unit,
    know_units,
    listed,
    progress,
    start,
    table,
)


@pytest.fixture(autouse=True, scope="module")
def units(store):
    know_units(store)


def work(store):
    old_file_imports.work_on_imports(store, clock.now())


def run(store, content, **changes):
    import_id = start(store, content, **changes)
    work(store)
    return progress(store, import_id)


def kept(store, prefix):
    return {file["number"]: file for file in store.db.old_files.find({"number": {"$regex": f"^{prefix}"}})}


def cases_of(store, prefix):
    ids = [file["_id"] for file in kept(store, prefix).values()]
    return list(store.db.cases.find({"_id": {"$in": ids}}))


def test_a_sound_file_is_kept_without_a_case_and_each_other_becomes_an_open_one_that_says_what_is_missing(store):
    result = run(store, table(a_file("开-0"), *(a_file(f"开-{guard}", guard) for guard in FAULTS)))
    assert (result["state"], result["total"], result["created"], result["rejected"]) == ("done", 5, 5, [])
    assert (result["passed"], result["opened"]) == (1, 4)
    assert result["by_guard"] == dict.fromkeys(FAULTS, 1)
    files = kept(store, "开-")
    assert store.case(files["开-0"]["_id"]) is None
    missing = {"investigated": "evidence", "clear": "finding:1", "handled": "disposition:1"}
    for guard in FAULTS:
        file_id = files[f"开-{guard}"]["_id"]
        case = get(store, file_id)
        assert (case["state"], case["source"]) == ("registered", {"kind": "review", "id": file_id})
        assert [clock["rule"] for clock in case["clocks"]] == ["propose_handling"]
        [entry] = history(store, file_id)["items"]
        assert entry["details"]["missing"] == [missing.get(guard, "second_person_review")]
        assert entry["details"]["old_number"] == f"开-{guard}"
        assert entry["who"] == {"id": "desk", "name": "某人"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_usual_encoding_is_imported(store, encoding):
    assert run(store, table(a_file(f"编码-{encoding}"), encoding=encoding))["passed"] == 1


def test_a_workbook_with_real_dates_and_numbers_is_imported(store):
    rows = [list(cells) for cells in written([a_file("20210077")])]
    rows[1][0] = 20210077
    rows[1][1] = a_file("x").received_on
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert run(store, buffer.getvalue())["created"] == 1
    assert kept(store, "20210077")["20210077"]["received_on"] == "2021-03-05"


def test_the_same_table_again_changes_nothing_and_says_so(store):
    content = table(a_file("再-1"), a_file("再-2", "clear"))
    run(store, content)
    before = kept(store, "再-"), cases_of(store, "再-")
    again = run(store, content)
    assert (again["created"], again["unchanged"], again["rejected"]) == (0, 2, [])
    assert (kept(store, "再-"), cases_of(store, "再-")) == before


def test_a_known_number_with_other_content_is_rejected_and_stays_as_it_was(store):
    run(store, table(a_file("改-1")))
    result = run(store, table(a_file("改-1", "clear")))
    assert [(row["row"], row["field"], row["message"]) for row in result["rejected"]] == [
        (2, "number", "old_files.import.known_differently")
    ]
    assert kept(store, "改-")["改-1"]["passed"]
    assert cases_of(store, "改-") == []


def test_a_dry_run_counts_by_guard_and_names_what_is_wrong_but_writes_nothing(store):
    rows = list(written([a_file("试-0"), a_file("试-1", "clear"), a_file("试-2", "clear", evidence=())]))
    rows.append(["试-3", "去年", "其他", "甲"])
    result = run(store, as_csv(rows), dry_run=True)
    assert (result["dry_run"], result["created"], result["passed"], result["opened"]) == (True, 3, 1, 2)
    assert result["by_guard"] == {"investigated": 1, "clear": 2, "handled": 0, "adequate": 0}
    assert [row["row"] for row in result["rejected"]] == [5]
    assert kept(store, "试-") == {}
    assert store.db.cases.count_documents({"history.details.old_number": {"$regex": "^试-"}}) == 0


def test_units_are_found_by_name_code_or_id_and_a_file_about_an_unknown_one_is_not_taken(store):
    result = run(
        store,
        table(
            a_file("单-1", "clear", excluded_units=("东湖区司法局", "系统外：某某公司")),
            a_file("单-2", "clear", excluded_units=(f"C-{DISTRICT}",), unit=OFFICE),
            a_file("单-3", "clear", excluded_units=("没有的单位",)),
            a_file("单-4", "clear", excluded_units=("法律服务所",)),
            a_file("单-5", unit="已撤销的科"),
        ),
    )
    files = kept(store, "单-")
    assert [files[f"单-{n}"]["excluded_unit_ids"] for n in (1, 2, 5)] == [[DISTRICT], [DISTRICT], []]
    assert [files[f"单-{n}"]["unit_id"] for n in (1, 2, 5)] == [OFFICE, OFFICE, None]
    assert [(row["row"], row["message"], row["value"], row["right"]) for row in result["rejected"]] == [
        (4, "old_files.import.unknown_unit", "没有的单位", "old_files.right.excluded_units"),
        (5, "old_files.import.ambiguous_unit", "法律服务所", "old_files.right.excluded_units"),
    ]
    assert store.case(files["单-1"]["_id"])["excluded_unit_ids"] == [DISTRICT]


@pytest.mark.parametrize("written", ["系统外", "系统外：", "没有的单位" * 10])
def test_a_unit_outside_is_named_or_its_file_is_not_taken(store, written):
    result = run(store, table(a_file("外-1", "clear", excluded_units=(written,))))
    assert [row["message"] for row in result["rejected"]] == ["old_files.import.unknown_unit"]
    assert kept(store, "外-") == {}


def test_a_unit_that_was_closed_since_is_found_but_not_before_an_active_one_of_its_name(store):
    for unit_id, name, active in (
        ("closed", "原公证科", False),
        ("closed-too", "律师科", False),
        ("active", "律师科", True),
    ):
        know_unit(store, unit_id, name, [BUREAU, unit_id], active=active)
    run(store, table(a_file("撤-1", "clear", excluded_units=("原公证科", "律师科"), unit="原公证科")))
    file = kept(store, "撤-")["撤-1"]
    assert (file["excluded_unit_ids"], file["unit_id"]) == (["closed", "active"], "closed")
    assert store.case(file["_id"])["excluded_unit_ids"] == ["closed", "active"]


def test_no_day_of_a_file_is_after_the_day_that_it_is_in_the_bureau(store, monkeypatch):
    """One in the morning of the fifth; in UTC it is still the fourth."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 4, 17, 0, tzinfo=UTC))
    result = run(store, table(*(a_file(f"今-{day}", closed_on=date(2026, 3, day)) for day in (5, 6))))
    assert list(kept(store, "今-")) == ["今-5"]
    assert [(row["row"], row["field"], row["message"]) for row in result["rejected"]] == [
        (3, "closed_on", "old_files.import.in_the_future")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "old_excel"),
        ("甲,乙\r\n丙,丁".encode(), "no_header"),
        ("原案号,受理日期,类别,反映问题".encode(), "empty"),
        (b"PK\x03\x04 and then nothing", "broken"),
    ],
)
def test_a_table_that_cannot_be_read_fails_as_a_whole_and_says_why(store, content, reason):
    result = run(store, content)
    assert (result["state"], result["message"]) == ("failed", f"old_files.import.{reason}")
    assert store.imports.content(result["id"]) is None


def test_what_is_no_base64_is_refused_at_once_and_an_unknown_import_is_not_found(store):
    request = {"content": "no base64!", "file_name": "", "dry_run": False}
    with pytest.raises(Invalid):
        old_file_imports.start_old_file_import(store, request, by(DESK))
    with pytest.raises(NotFound):
        progress(store, "old-cases-none")


def test_the_account_is_for_who_handed_the_table_in(store):
    import_id = start(store, table(a_file("谁-1")))
    other = actor("desk", id="another-desk")
    with pytest.raises(NotFound):
        old_file_imports.get_old_file_import(store, {"import_id": import_id}, by(other))
    work(store)
    assert progress(store, import_id)["created"] == 1


class Crash(BaseException):
    """As if the process had been killed."""


def files(prefix, count):
    guards = [None, *FAULTS]
    return [a_file(f"{prefix}-{n}", guards[n % len(guards)]) for n in range(count)]


@pytest.mark.parametrize("after", ["the cases", "the files", "the note"])
def test_an_import_goes_on_after_a_crash_and_takes_every_file_once(store, monkeypatch, after):
    prefix = f"断{after[-5:]}"
    monkeypatch.setattr(working, "BATCH", 4)
    import_id = start(store, table(*files(prefix, 10)))
    crashed = []

    def crashing(of, method):
        original = getattr(of, method)

        def run_and_crash(self, *arguments):
            done = original(self, *arguments)
            if not crashed and store.imports.get(import_id)["done"] == (8 if after == "the note" else 4):
                crashed.append(True)
                raise Crash
            return done

        monkeypatch.setattr(of, method, run_and_crash)

    where = {"the cases": (Batch, "_open_cases"), "the files": (Batch, "_keep"), "the note": (ImportJobs, "advance")}
    crashing(*where[after])
    with pytest.raises(Crash):
        work(store)
    assert progress(store, import_id)["state"] == "running"
    # Even if nobody went on with it, no file would tell of a case that is not there.
    assert all(store.case(file["case_id"]) for file in kept(store, prefix).values() if file["case_id"])
    work(store)
    result = progress(store, import_id)
    assert (result["state"], result["created"], result["unchanged"], result["rejected"]) == ("done", 10, 0, [])
    assert (result["passed"], result["opened"]) == (2, 8)
    assert len(kept(store, prefix)) == 10
    opened = cases_of(store, prefix)
    assert len(opened) == len({case["number"] for case in opened}) == 8


def test_two_replicas_on_the_same_import_count_every_file_once(store, monkeypatch):
    monkeypatch.setattr(working, "BATCH", 3)
    import_id = start(store, table(*files("双", 9)))
    original = Batch.work
    busy = []

    def meanwhile_the_other(batch, now):
        if batch._job["done"] == 3 and not busy:
            busy.append(True)
            work(store)
        original(batch, now)

    monkeypatch.setattr(Batch, "work", meanwhile_the_other)
    work(store)
    result = progress(store, import_id)
    assert (result["state"], result["created"], result["unchanged"], result["rejected_total"]) == ("done", 9, 0, 0)


def test_two_imports_of_one_file_at_once_keep_it_once(store, monkeypatch):
    first, second = start(store, table(a_file("争-1", "clear"))), start(store, table(a_file("争-1", "clear")))
    original = Batch._open_cases
    other = []

    def meanwhile_the_other(batch, failed, now):
        original(batch, failed, now)
        if not other:
            other.append(store.imports.get(second if batch._job["_id"] == first else first))
            Batch(store, other[0], batch._rows).work(now)

    monkeypatch.setattr(Batch, "_open_cases", meanwhile_the_other)
    work(store)
    counted = [progress(store, one) for one in (first, second)]
    assert sorted(one["created"] for one in counted) == [0, 1]
    assert len(kept(store, "争-")) == len(cases_of(store, "争-")) == 1
    assert len(listed(store, import_id=other[0]["_id"])) == 1
