"""Year-end marks: by the formula of the year, each part with its entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.tasks.documents import study_entry_of
from services.tasks.handlers.reading import signed_in
from services.tasks.handlers.study import required_of
from services.tasks.model import year_end
from services.tasks.model.calendar import local_day
from services.tasks.model.sessions import begins
from services.tasks.model.study import may_read_record
from services.tasks.store import TasksStore
from services.tasks.study_documents import learner_of

Document = dict[str, Any]


def get_mark(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A person's mark of a year: one's own, or anybody's for trainers and leaders."""
    actor, person_id, year = signed_in(call), request["person_id"], request["year"]
    person = store.people([person_id]).get(person_id)
    if person is None or not may_read_record(actor, person_id):
        raise NotFound("study_record")
    entries = {_id(one): one for one in store.study_records([person_id]).get(person_id, [])}
    marked = year_end.mark(
        year,
        learner_of(person),
        [year_end.YearEntry(id, study_entry_of(one), one.get("max_score") or 100.0) for id, one in entries.items()],
        [one for one in required_of(store) if (due := one.due_of(person_id)) is None or local_day(due).year == year],
        [one["_id"] for one in _held(store, person["unit_id"], year, call)],
    )
    return {
        "person_id": person_id,
        "year": year,
        "mark": marked.mark,
        "provisional": local_day(call.now).year <= year,
        "formula": vars(marked.formula),
        "parts": [
            {**vars(part), "entries": [entries[id] for id in part.entry_ids], "missing": list(part.missing)}
            for part in marked.parts
        ],
    }


def _held(store: TasksStore, unit_id: str, year: int, call: Call) -> list[Document]:
    since, until = begins(date(year, 1, 1)), min(begins(date(year + 1, 1, 1)), call.now)
    return store.study_sessions.held_in([unit_id], since, until)


def _id(entry: Mapping[str, Any]) -> str:
    return f"{entry['kind']}:{entry['ref']}"
