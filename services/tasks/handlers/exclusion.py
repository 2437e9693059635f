"""Whom an exclusion leaves: the people of the directory who could act on a case."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from services.tasks.documents import case_of, colleague_of
from services.tasks.model.case import Case
from services.tasks.model.conflict import Colleague
from services.tasks.model.exclusion import STAFF, check_somebody_left
from services.tasks.store import TasksStore


def staff_of(store: TasksStore, session: Any) -> list[Colleague]:
    """All active people of the desk and of the supervision group."""
    return [colleague_of(person) for person in store.notices.active_with_roles(STAFF, session)]


def check_parts(
    store: TasksStore, whole: Case, person_ids: Collection[str], staff: Collection[Colleague], session: Any
) -> None:
    """``Invalid`` when nobody would be left in a part of the case, from which others are kept already."""
    for part in whole.parts:
        document = None if part.over else store.case(part.case_id, session)
        if document is not None:
            check_somebody_left(case_of(document), person_ids, staff, "person_ids")
