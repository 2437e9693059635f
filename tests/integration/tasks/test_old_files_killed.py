"""Thousands of old files whose import is killed in the middle: the service as it runs."""

from __future__ import annotations

from services.tasks.old_file_table import written
from tests.integration.tasks.old_files import FAULTS, a_file, as_csv, know_units, listed, progress, start, summary
from tests.support.waiting import eventually

SERVICE = "services.tasks.service:TasksService"
FILES, WRONG = 5_000, 25


def a_table():
    """One file in five fails, each guard as often as the others; every two-hundredth row is wrong."""
    guards = [*FAULTS, *[None] * (4 * len(FAULTS))]
    rows = list(written(a_file(f"千-{number:04}", guards[number % len(guards)]) for number in range(FILES)))
    for number in range(1, FILES + 1, FILES // WRONG):
        rows[number][1] = "去年"
    return as_csv(rows, "gb18030")


def test_of_five_thousand_files_each_is_taken_once_though_the_service_is_killed_in_the_middle(
    store, module_service_process
):
    know_units(store)
    import_id = start(store, a_table())
    process = module_service_process(SERVICE)
    eventually(lambda: store.imports.get(import_id)["done"] > 0)
    process.kill()
    killed_at = store.imports.get(import_id)["done"]
    assert 0 < killed_at < FILES - WRONG

    process.start()
    eventually(lambda: progress(store, import_id)["state"] != "running")
    result = progress(store, import_id)
    valid = FILES - WRONG
    assert (result["state"], result["total"], result["created"], result["unchanged"]) == ("done", FILES, valid, 0)
    assert {(row["field"], row["message"]) for row in result["rejected"]} == {
        ("received_on", "old_files.import.not_a_day")
    }
    assert [row["row"] for row in result["rejected"]] == list(range(2, FILES + 2, FILES // WRONG))

    kept = list(store.db.old_files.find({"import_id": import_id}))
    assert len(kept) == len({file["number"] for file in kept}) == valid
    opened = {case["_id"]: case for case in store.db.cases.find({"source.kind": "review"})}
    assert set(opened) == {file["case_id"] for file in kept if not file["passed"]}
    assert len({case["number"] for case in opened.values()}) == len(opened) == result["opened"]
    counts = summary(store, import_id=import_id)
    assert (counts["total"], counts["failed"], counts["by_guard"]) == (valid, len(opened), result["by_guard"])
    assert len(listed(store, failed="handled", limit=200)) == counts["by_guard"]["handled"]
