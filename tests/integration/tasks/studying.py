"""Units, people, sessions and figures, as the tests of the study record build them and ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from contracts.call import Actor
from contracts.identity.events import UnitChangedV1
from contracts.tasks import operations
from services.tasks.handlers import attendance, courses, coverage, study, study_exports, study_sessions, units
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, LEADER, TRAINER, a_person, by, received

KEY = b"k" * 32
# Wednesday afternoon in the bureau; the session of these tests began that morning.
NOW = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
BEGAN = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
HOME = "https://mingjing.example.gov.cn"
NUMBERS = count()
SPEAKERS = [{"name": name} for name in ("张三", "李四", "王五")]


def know_unit(store: TasksStore, *path: str) -> None:
    """A unit of this path."""
    data = {"unit_id": path[-1], "path": list(path), "name": f"{path[-1]}支部", "code": None, "aliases": []}
    units.know_units(store, [received(UnitChangedV1, path[-1], **data, active=True, head_ids=[], head_names=[])])


def a_unit(store: TasksStore) -> str:
    """A unit of the bureau that no other test knows."""
    name = f"unit-of-{next(NUMBERS)}"
    know_unit(store, BUREAU)
    know_unit(store, BUREAU, name)
    return name


def member(
    store: TasksStore, id: str, *path: str, line: str = "lawyers", active: bool = True, sequence: int = 1
) -> Actor:
    """A member of a unit, who is in the directory."""
    who = Actor(id, "某人", frozenset({"member"}), path[-1], path, line)
    study.know_people(store, [a_person(who, active=active, sequence=sequence)])
    return who


def a_session(store: TasksStore, unit_id: str, **changes: Any) -> dict[str, Any]:
    """A session of the morning, as it is answered to the trainer who made it."""
    began = changes.get("starts_at", BEGAN)
    fields = {
        "title": "集中学习",
        "unit_id": unit_id,
        "starts_at": began,
        "ends_at": began + timedelta(hours=2),
        "place": "三楼会议室",
        "material": "学习材料",
        "speakers": SPEAKERS,
        "credits": 1.5,
        **changes,
    }
    request = operations.create_study_session.load(fields)
    made = study_sessions.create_session(store, request, by(TRAINER, now=NOW))
    return dict(operations.create_study_session.dump(made))


def attend(store: TasksStore, session: dict[str, Any], *person_ids: str, now: datetime = NOW) -> dict[str, Any]:
    """Exactly these were there."""
    fields = {"session_id": session["id"], "expected_version": None, "person_ids": list(person_ids)}
    request = operations.set_attendance.load(fields)
    return dict(operations.set_attendance.dump(attendance.set_attendance(store, request, by(TRAINER, now=now))))


def change(store: TasksStore, session: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The session after a change of these fields."""
    request = operations.change_study_session.load({"session_id": session["id"], "expected_version": None, **fields})
    changed = study_sessions.change_session(store, request, by(TRAINER, now=NOW))
    return dict(operations.change_study_session.dump(changed))


def record_of(store: TasksStore, person_id: str) -> dict[str, Any]:
    """Somebody's record."""
    return dict(operations.get_study_record.dump(study.get_record(store, {"person_id": person_id}, by(LEADER))))


def a_course(store: TasksStore, **changes: Any) -> str:
    """The id of a course, required of everybody unless it is said otherwise."""
    request = operations.create_course.load({"title": "廉洁从业", "required": True, **changes})
    return str(courses.create_course(store, request, by(TRAINER, now=NOW))["id"])


def figures(store: TasksStore, *, now: datetime = NOW, **asked: Any) -> dict[str, Any]:
    """The figures of this week, unless another period is asked for."""
    request = operations.get_study_coverage.load({"from": "2026-03-02", "to": "2026-03-08", **asked})
    return dict(operations.get_study_coverage.dump(coverage.get_coverage(store, request, by(LEADER, now=now))))


def entries(store: TasksStore, limit: int = 200, **asked: Any) -> list[dict[str, Any]]:
    """All entries that ``person_times`` counts."""
    return list(_pages(store, operations.list_coverage_entries, coverage.list_entries, limit, NOW, asked))


def people(store: TasksStore, figure: str, limit: int = 200, *, now: datetime = NOW, **asked: Any) -> list[str]:
    """The ids of all whom a figure counts."""
    found = _pages(
        store, operations.list_coverage_people, coverage.list_people, limit, now, {**asked, "figure": figure}
    )
    return [one["person_id"] for one in found]


def statements(store: TasksStore, now: datetime, since: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """All that another learning-record store is told."""
    cursor, told = None, []
    while True:
        request = operations.list_statements.load({"limit": limit, "since": since, "cursor": cursor})
        page = study_exports.list_statements(store, HOME, request, by(TRAINER, now=now))
        told += operations.list_statements.dump(page)["statements"]
        cursor = page["next_cursor"]
        if cursor is None:
            return told


def _pages(
    store: TasksStore, operation: Any, handler: Any, limit: int, now: datetime, asked: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        fields = {"from": "2026-03-02", "to": "2026-03-08", **asked, "limit": limit, "cursor": cursor}
        page = operation.dump(handler(store, operation.load(fields), by(LEADER, now=now)))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
