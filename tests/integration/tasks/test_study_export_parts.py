"""The table of study records, whatever its size: in parts of whole people, nothing missing and nothing twice."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from chassis.refusals import Invalid
from contracts.tasks import operations
from services.tasks.handlers import study, study_exports
from tests.integration.tasks.building import BUREAU, TRAINER, a_person, actor, by
from tests.integration.tasks.studying import BEGAN, NOW

UNIT = "many-rows"


def nobody_is_known(operation, request):
    """Identity, where nobody has a name any more: rows name people by their ids."""
    return {"items": []}


def learners(store, unit, count, entries):
    """People of the unit with so many entries each, put down at once."""
    people = [actor("member", id=f"{unit}-{number:04}", path=(BUREAU, unit)) for number in range(count)]
    study.know_people(store, [a_person(one) for one in people])
    store.db.study_records.insert_many(
        {"_id": one.id, "spread": True, "entries": [an_entry(f"{one.id}:{day}", day) for day in range(entries)]}
        for one in people
    )
    return people


def an_entry(ref, day):
    return {
        "kind": "practice", "ref": ref, "title": ref, "at": BEGAN + timedelta(days=day), "score": None, "credits": 0.0,
        "points": 1, "required": False, "passed": False, "sequence": 1,
    }  # fmt: skip


def parts(store, **asked_for):
    """The rows of each part, without their headers."""
    found, cursor = [], None
    while not found or cursor is not None:
        request = operations.export_study_records.load({**asked_for, "cursor": cursor})
        file = operations.export_study_records.dump(
            study_exports.export_records(store, nobody_is_known, request, by(TRAINER, now=NOW))
        )
        sheet = load_workbook(io.BytesIO(file["content"]), read_only=True).active
        header, *rows = sheet.iter_rows(values_only=True)
        assert header == study_exports.HEADER
        found.append(rows)
        cursor = file["next_cursor"]
    return found


def test_more_rows_than_one_table_takes_are_all_there_once(store):
    people = learners(store, UNIT, 84, 250)
    found = parts(store, unit_id=UNIT)

    assert [len(rows) for rows in found] == [20_000, 1_000]
    titles = [row[5] for rows in found for row in rows]
    assert len(set(titles)) == len(titles) == 21_000
    assert titles == [f"{one.id}:{day}" for one in people for day in range(250)]


@pytest.mark.parametrize(("entries", "sizes"), [(3, [6, 6, 6, 3]), (7, [7] * 7), (4, [4] * 7), (8, [8] * 7)])
def test_a_part_holds_whole_people_and_never_more_than_fits_but_for_somebody_who_alone_is_more(
    store, monkeypatch, entries, sizes
):
    monkeypatch.setattr(study_exports, "MOST_ROWS", 7)
    monkeypatch.setattr(study_exports, "_AT_ONCE", 3)
    unit = f"parts-of-{entries}"
    learners(store, unit, 7, entries)

    found = parts(store, unit_id=unit)

    assert [len(rows) for rows in found] == sizes
    people = [{row[1] for row in rows} for rows in found]
    assert sum(map(len, people)) == 7


def test_only_the_rows_of_the_year_count_against_a_part(store, monkeypatch):
    monkeypatch.setattr(study_exports, "MOST_ROWS", 10)
    learners(store, "of-a-year", 3, 310)

    # From 4 March on there are 303 days of 2026.
    assert [len(rows) for rows in parts(store, unit_id="of-a-year", year=2027)] == [7, 7, 7]


def test_nobody_is_one_part_with_a_header(store):
    assert parts(store, unit_id="no-such-unit") == [[]]


def test_a_cursor_that_is_none_is_refused(store):
    request = operations.export_study_records.load({"cursor": "none"})
    with pytest.raises(Invalid):
        study_exports.export_records(store, nobody_is_known, request, by(TRAINER, now=NOW))
