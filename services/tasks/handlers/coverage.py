"""Coverage and person-times: figures, and the lists that each of them counts.

Figures and lists come from the same queries: entries by ``study_query``, people by ``learners``, and of these who was
covered and who is behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from chassis.paging import cursor_after, position
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from contracts.identity.organisation import LINES
from services.tasks.handlers.study import required_of
from services.tasks.handlers.study_sessions import weeks_asked
from services.tasks.model.coverage import Figures, Period, Tally, divided, total
from services.tasks.model.sessions import begins, week_of
from services.tasks.model.study import Learner, is_for
from services.tasks.store import BY_ID, TasksStore
from services.tasks.store.study_entries import study_query
from services.tasks.study_documents import learner_of

Document = dict[str, Any]

_LINES = {line.code: line.zh for line in LINES}
# So many people are looked at in one query.
_AT_ONCE = 500


def get_coverage(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The figures of a unit, in all and divided."""
    weeks = weeks_asked(request)
    unit_id = request.get("branch_id") or request.get("unit_id")
    if unit_id is not None and store.unit(unit_id) is None:
        raise NotFound("unit")
    people = {one["_id"]: learner_of(one) for one in store.learners(*_whom(request))}
    covered: set[tuple[str, date]] = set()
    behind: set[tuple[str, date]] = set()
    for some in _in_batches(list(people)):
        covered |= _covered(store, request, weeks, some)
        behind |= {
            (person_id, week) for person_id, _, week in _behind(store, weeks, [people[one] for one in some], call)
        }
    period = Period(list(_tallies(store, request, weeks)), people, frozenset(covered), frozenset(behind))
    found = divided(period, request["by"], unit_id, weeks)
    return {
        "by": request["by"],
        "weeks": weeks,
        "total": _shown(total(period)),
        "items": list(_items(store, request, found)),
    }


def list_entries(store: TasksStore, request: Mapping[str, Any], _call: Call) -> Document:
    """A page of the entries that ``person_times`` counts and ``credits`` adds up."""
    found = store.study_entries.page(_entries(request, weeks_asked(request)), request["limit"], request["cursor"])
    return {**found, "items": [{**one, "id": one["_id"]} for one in found["items"]]}


def list_people(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the people whom a figure counts.

    Whoever is not counted is passed over in batches, so a page costs what it shows, and where few are counted what lies
    between them.
    """
    weeks, figure, limit = weeks_asked(request), request["figure"], request["limit"]
    after = _after(request["cursor"])
    shown: list[Document] = []
    while len(shown) <= limit:
        some = store.learners(*_whom(request), limit=min(_AT_ONCE, 4 * limit), after=after)
        if not some:
            break
        after = some[-1]["_id"]
        shown += _counted(store, request, weeks, figure, some, call)
    more = len(shown) > limit
    items = shown[:limit]
    return {"items": items, "next_cursor": cursor_after({"_id": items[-1]["person_id"]}, BY_ID) if more else None}


def _counted(
    store: TasksStore,
    request: Mapping[str, Any],
    weeks: Sequence[date],
    figure: str,
    people: Sequence[Document],
    call: Call,
) -> Iterator[Document]:
    learners = [learner_of(one) for one in people]
    undone: dict[str, list[str]] = {}
    for person_id, task, _ in sorted(_behind(store, weeks, learners, call)):
        undone.setdefault(person_id, []).append(task)
    covered = {person_id for person_id, _ in _covered(store, request, weeks, [one.id for one in learners])}
    for person in people:
        person_id = person["_id"]
        if {
            "people": True,
            "covered": person_id in covered,
            "uncovered": person_id not in covered,
            "behind": person_id in undone,
        }[figure]:
            yield {
                "person_id": person_id,
                "unit_id": person["unit_id"],
                "line": person["line"],
                "behind": undone.get(person_id, []),
            }


def _covered(
    store: TasksStore, request: Mapping[str, Any], weeks: Sequence[date], person_ids: Sequence[str]
) -> set[tuple[str, date]]:
    return store.study_entries.weeks_of(person_ids, (weeks[0], weeks[-1]), request.get("kind"))


def _behind(
    store: TasksStore, weeks: Sequence[date], learners: Sequence[Learner], call: Call
) -> set[tuple[str, str, date]]:
    """Who of these has not done what that was due for them, in which of the weeks: (person, exam or course, Monday)."""
    first, last = begins(weeks[0]), min(begins(weeks[-1] + timedelta(weeks=1)), call.now)
    due = [one for one in required_of(store) if one.falls_due(first, last)]
    if not due or not learners:
        return set()
    done = store.study_entries.done([one.id for one in due], [one.id for one in learners])
    return {
        (learner.id, task.id, week_of(due_at))
        for learner in learners
        for task in due
        if is_for(task, learner)
        and (due_at := task.due_of(learner.id)) is not None
        and first <= due_at < last
        and (task.id, learner.id) not in done
    }


def _tallies(store: TasksStore, request: Mapping[str, Any], weeks: Sequence[date]) -> Iterator[Tally]:
    for one in store.study_entries.tallies(_entries(request, weeks)):
        by = one["_id"]
        week = date.fromisoformat(by["week"])
        yield Tally(tuple(by["unit_path"]), by["line"], week, one["count"], int(one["credits"]))


def _entries(request: Mapping[str, Any], weeks: Sequence[date]) -> Document:
    return study_query(
        unit_id=request.get("unit_id"),
        branch_id=request.get("branch_id"),
        line=request.get("line"),
        kind=request.get("kind"),
        since=begins(weeks[0]),
        until=begins(weeks[-1] + timedelta(weeks=1)),
    )


def _whom(request: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    return request.get("unit_id"), request.get("branch_id"), request.get("line")


def _items(store: TasksStore, request: Mapping[str, Any], found: Mapping[Any, Figures]) -> Iterator[Document]:
    by = request["by"]
    units = [key[0] for key in found] if by == "unit" else []
    names = store.unit_names(one for one in units if one is not None)
    for key, figures in sorted(found.items(), key=lambda item: str(item[0])):
        value, own = key if by == "unit" else (key, False)
        shown = value.isoformat() if isinstance(value, date) else value
        yield {
            "key": shown,
            "name": names.get(value) if by == "unit" else _LINES.get(value) if by == "line" else None,
            "own": own,
            "filter": _filter(request, by, value, own),
            **_shown(figures),
        }


def _filter(request: Mapping[str, Any], by: str, value: Any, own: bool) -> dict[str, str] | None:
    """The query by which the lists show what the figures of a key count."""
    if value is None:
        return None
    kept = {name: request[name] for name in ("unit_id", "branch_id", "line", "kind") if request.get(name)}
    period = {"from": request["from"].isoformat(), "to": request["to"].isoformat()}
    if by == "line":
        return {**kept, **period, "line": value}
    if by == "week":
        return {**kept, "from": value.isoformat(), "to": value.isoformat()}
    kept.pop("unit_id", None)
    return {**kept, **period, ("branch_id" if own or request.get("branch_id") else "unit_id"): value}


def _shown(figures: Figures) -> Document:
    return {**vars(figures), "credits": figures.credits / 100}


def _in_batches(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    (after,) = position(cursor, BY_ID)
    if not isinstance(after, str):
        raise Invalid.field("cursor", "Not a cursor of this list.")
    return after
