"""Old files and their tables, as the tests of their import build them."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.identity.events import UnitChangedV1
from contracts.tasks import operations
from services.tasks.handlers import old_file_imports, old_files, units
from services.tasks.model.old_files import OldDisposition, OldFile, OldFinding
from services.tasks.old_file_table import written
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, DESK, DISTRICT, OFFICE, by, received

SOUND = OldFile(
    number="明司〔2021〕1号",
    received_on=date(2021, 3, 5),
    category="lawyers.overcharging",
    allegations=("收费过高",),
    unit="某办公室",
    handlers=("张三",),
    investigated=True,
    investigation="查阅台账",
    evidence=("台账复印件",),
    findings=(OldFinding(1, "substantiated", "台账"),),
    dispositions=(OldDisposition(1, "order_to_correct", "退款"),),
    reviewer="王五",
)
# A change of the sound file by the guard that fails by it.
FAULTS: dict[str, dict[str, Any]] = {
    "investigated": {"evidence": ()},
    "clear": {"findings": (), "dispositions": ()},
    "handled": {"dispositions": ()},
    "adequate": {"reviewer": "张三"},
}


def know_units(store: TasksStore) -> None:
    """The units that the tables of these tests name."""
    for unit_id, name, path in (
        (BUREAU, "明镜市司法局", [BUREAU]),
        (OFFICE, "某办公室", [BUREAU, OFFICE]),
        (DISTRICT, "东湖区司法局", [BUREAU, DISTRICT]),
        ("same-1", "法律服务所", [BUREAU, "same-1"]),
        ("same-2", "法律服务所", [BUREAU, "same-2"]),
    ):
        know_unit(store, unit_id, name, path)


def know_unit(store: TasksStore, unit_id: str, name: str, path: list[str], *, active: bool = True) -> None:
    """One more unit, or one that was closed."""
    data = {"unit_id": unit_id, "path": path, "name": name, "code": f"C-{unit_id}", "aliases": [], "active": active}
    units.know_units(store, [received(UnitChangedV1, unit_id, **data, head_ids=[], head_names=[])])


def a_file(number: str, failing: str | None = None, **changes: Any) -> OldFile:
    """A sound file, or one that fails this guard."""
    return replace(SOUND, number=number, **{**FAULTS.get(failing or "", {}), **changes})


def table(*files: OldFile, encoding: str = "utf-8") -> bytes:
    """A .csv of these files."""
    return as_csv(written(files), encoding)


def as_csv(rows: Any, encoding: str = "utf-8") -> bytes:
    """A .csv of these cells."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def start(store: TasksStore, content: bytes, **changes: Any) -> str:
    """The id of an import that has been accepted."""
    encoded = base64.b64encode(content).decode()
    request = operations.start_old_file_import.load({"content": encoded, "file_name": "旧案.csv", **changes})
    return str(old_file_imports.start_old_file_import(store, request, by(DESK))["id"])


def progress(store: TasksStore, import_id: str) -> dict[str, Any]:
    """How far it is, as it is answered."""
    job = old_file_imports.get_old_file_import(store, {"import_id": import_id}, by(DESK))
    return dict(operations.get_old_file_import.dump(job))


def listed(store: TasksStore, who: Any = DESK, **filters: Any) -> list[dict[str, Any]]:
    """All files of the list with these filters, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        request = operations.list_old_files.load({"limit": 3, **filters, "cursor": cursor})
        page = operations.list_old_files.dump(old_files.list_old_files(store, request, by(who)))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def summary(store: TasksStore, who: Any = DESK, **filters: Any) -> dict[str, Any]:
    """The counts with these filters."""
    request = operations.summarise_old_files.load(filters)
    return dict(operations.summarise_old_files.dump(old_files.summarise(store, request, by(who))))
