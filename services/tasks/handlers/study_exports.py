"""Study records handed on: as a table for people, as xAPI statements for another learning-record store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis import offload
from chassis.paging import cursor_after, position
from chassis.tables import GrowingWorkbook
from contracts.call import Call
from contracts.identity import operations as identity
from contracts.identity.organisation import LINES
from contracts.operation import Operation
from services.tasks.model import xapi
from services.tasks.model.calendar import local_day
from services.tasks.store import BY_ID, TasksStore

Document = dict[str, Any]
Ask = Callable[[Operation, dict[str, Any]], Any]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = (
    *("工号", "姓名", "单位", "条线", "类型", "名称", "日期"),
    *("成绩", "等级", "学时", "积分", "必修", "合格", "说明"),
)
KINDS = {"exam": "考试", "practice": "练习", "session": "集中学习", "waiver": "免修"}
# So many rows take about two seconds, and 1 MB; what is more comes in further parts.
MOST_ROWS = 20_000
# People whose names and entries are read together; identity recognises 200 at once.
_AT_ONCE = 100
_LINES = {line.code: line.zh for line in LINES}
_YES_NO = {True: "是", False: "否"}

# A transaction is over after a minute (transactionLifetimeLimitSeconds), so what was stored before that is all there.
_SETTLED = timedelta(seconds=60)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def export_records(store: TasksStore, ask: Ask, request: Mapping[str, Any], call: Call) -> Document:
    """A part of the entries of a unit's active people, one a row: those of whole people, after ``cursor``, as many as
    fit. ``next_cursor`` gives the part after it; None when it is the last.
    """
    units = {unit["_id"]: unit["name"] for unit in store.units()}
    book = GrowingWorkbook("学习档案", HEADER)
    try:
        following = _fill(book, store, ask, units, request)
    except BaseException:
        book.discard()
        raise
    content = offload(book.content)
    name = f"学习档案-{local_day(call.now).isoformat()}.xlsx"
    return {"content": content, "file_name": name, "media_type": XLSX, "next_cursor": following}


def list_statements(store: TasksStore, home: str, request: Mapping[str, Any], call: Call) -> Document:
    """A page of xAPI statements, by when their entries were stored; the newest minute comes later."""
    since, until = request["since"] or _EVER, call.now - _SETTLED
    found = store.study_entries.stored(since, until, request["limit"], request["cursor"])
    told = (statement for one in found["items"] for statement in xapi.statements(_told(one), home))
    return {"statements": list(told), "next_cursor": found["next_cursor"]}


def _fill(
    book: GrowingWorkbook, store: TasksStore, ask: Ask, units: Mapping[str, str], request: Mapping[str, Any]
) -> str | None:
    """Writes people until one more would be too many; the cursor after the last who is written, None at the end."""
    cursor, count = request.get("cursor"), 0
    after = position(cursor, BY_ID)[0] if cursor else ""
    last: Document | None = None
    while people := store.learners(request.get("unit_id"), None, None, limit=_AT_ONCE, after=after):
        after, rows = people[-1]["_id"], list[list[str]]()
        for person, theirs in _rows(store, ask, people, units, request.get("year")):
            if last is not None and count + len(theirs) > MOST_ROWS:
                offload(book.append, rows)
                return cursor_after(last, BY_ID)
            rows += theirs
            count, last = count + len(theirs), person
        offload(book.append, rows)
    return None


def _rows(
    store: TasksStore, ask: Ask, people: Sequence[Document], units: Mapping[str, str], year: int | None
) -> Iterator[tuple[Document, list[list[str]]]]:
    """Each of these people with their rows."""
    ids = [person["_id"] for person in people]
    names = {one["person_id"]: one for one in ask(identity.recognise_people, {"person_ids": ids})["items"]}
    records = store.study_records(ids)
    for person in people:
        named = names.get(person["_id"]) or {}
        who = [
            named.get("staff_number") or "",
            named.get("name") or person["_id"],
            units.get(person["unit_id"], person["unit_id"]),
            _LINES.get(person["line"], person["line"] or ""),
        ]
        dated = [
            (local_day(entry["at"]), entry)
            for entry in sorted(records.get(person["_id"], []), key=lambda one: one["at"])
        ]
        yield person, [[*who, *_cells(entry, day.isoformat())] for day, entry in dated if year in (None, day.year)]


def _cells(entry: Mapping[str, Any], day: str) -> list[str]:
    score = entry.get("score")
    return [
        KINDS[entry["kind"]],
        entry["title"],
        day,
        "" if score is None else f"{score:g}",
        (entry.get("grade") or {}).get("name", ""),
        f"{entry['credits']:g}",
        str(entry.get("points", 0)),
        _YES_NO[bool(entry.get("required"))],
        _YES_NO[bool(entry.get("passed", True))],
        entry.get("reason") or "",
    ]


def _told(document: Mapping[str, Any]) -> xapi.Told:
    grade = document.get("grade")
    return xapi.Told(
        id=document["_id"],
        revision=document["revision"],
        taken_back=document["taken_back"],
        person_id=document["person_id"],
        kind=document["kind"],
        ref=document["ref"],
        title=document["title"],
        at=document["at"],
        stored_at=document["stored_at"],
        passed=document["passed"],
        credits=document["credits"],
        score=document.get("score"),
        max_score=document.get("max_score"),
        grade=(grade["name"], grade["english"]) if grade else None,
    )
