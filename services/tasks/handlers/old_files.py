"""Old files that were reviewed: the list by what they lack, one file, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chassis.refusals import NotFound
from contracts.call import Actor, Call
from services.tasks.documents import case_of
from services.tasks.handlers.reading import scope_to_list, signed_in
from services.tasks.model.conflict import concerned, reads_details, sees
from services.tasks.model.transitions import DESK, GUARDS
from services.tasks.store import TasksStore

Document = dict[str, Any]

_FILTERS = ("failed", "passed", "unit_id", "import_id")


def list_old_files(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the files that the caller may know of, oldest first."""
    actor = signed_in(call)
    units = scope_to_list(actor).not_about
    found = store.old_files.page(_wanted(request), units, actor.id, request["limit"], request["cursor"])
    return {**found, "items": [_representation(file) for file in found["items"]]}


def get_old_file(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One file; its content for those who read the case. ``NotFound`` too when it is not the caller's to know of."""
    actor = signed_in(call)
    file = store.old_files.get(request["old_file_id"])
    if file is None:
        raise NotFound("old_file")
    case = store.case(file["case_id"]) if file["case_id"] else None
    known, read = _with_case(actor, case) if case else _passed(actor, file)
    if not known:
        raise NotFound("old_file")
    return {**_representation(file), "content": file["content"] if read else None}


def summarise(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The counts of the files that the caller may know of and that the filters leave."""
    actor = signed_in(call)
    cells = store.old_files.counts(_wanted(request), scope_to_list(actor).not_about, actor.id)
    return {
        **_summed(cells),
        "by_unit": _grouped(cells, "unit_id"),
        "by_import": _grouped(cells, "import_id"),
    }


def _wanted(request: Mapping[str, Any]) -> Document:
    return {name: request[name] for name in _FILTERS if name in request}


def _representation(file: Mapping[str, Any]) -> Document:
    return {**file, "id": file["_id"]}


def _with_case(actor: Actor, document: Document) -> tuple[bool, bool]:
    """Whether the actor may know of the file, and read it: as of its case."""
    case = case_of(document)
    return sees(actor, case), reads_details(actor, case)


def _passed(actor: Actor, file: Mapping[str, Any]) -> tuple[bool, bool]:
    """The same for a file without a case: nobody handles it, so a handler has nothing to do with it."""
    scope = scope_to_list(actor)
    known = scope.handler_id is None and not concerned(file["excluded_unit_ids"], scope.not_about)
    return known, DESK in actor.roles and not concerned(file["excluded_unit_ids"], actor.unit_path)


def _grouped(cells: Iterable[Document], name: str) -> list[Document]:
    """The counts of each value of ``name``, the most files first."""
    groups: dict[Any, list[Document]] = {}
    for cell in cells:
        groups.setdefault(cell[name], []).append(cell)
    summed = [{name: value, **_summed(those)} for value, those in groups.items()]
    return sorted(summed, key=_most_first(name))


def _most_first(name: str) -> Callable[[Document], tuple[int, str]]:
    return lambda group: (-group["total"], group[name] or "")


def _summed(cells: Sequence[Document]) -> Document:
    by_guard: Counter[str] = Counter(dict.fromkeys(GUARDS, 0))
    for cell in cells:
        by_guard.update(dict.fromkeys(cell["failed"], cell["count"]))
    total = sum(cell["count"] for cell in cells)
    passed = sum(cell["count"] for cell in cells if not cell["failed"])
    return {"total": total, "passed": passed, "failed": total - passed, "by_guard": dict(by_guard)}
