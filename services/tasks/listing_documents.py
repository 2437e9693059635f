"""What a case keeps to be found and counted by, between the model and the stored form."""

from __future__ import annotations

from typing import Any

from services.tasks.model.case import Case
from services.tasks.model.conflict import handlers_of
from services.tasks.model.counting import NOT_ABOVE, PERSON, Tally
from services.tasks.model.listing import facets_of
from services.tasks.model.rules import ABOVE

Document = dict[str, Any]


def listing_fields(case: Case) -> Document:
    """The facets of the case as it is now, which is not counted yet."""
    facets = facets_of(case.state, case.category, case.source_kind, case.unit_id, handlers_of(case))
    return {"facets": list(facets), "uncounted": True}


def counts_as_before(document: Document, changes: Document) -> bool:
    """Whether the case was counted and goes on counting as the same, after these changes."""
    if "uncounted" in document or "counted" not in document:
        return False
    return tally_of_case({**document, **changes}) == tally_of(document["counted"])


def tally_of_case(document: Document) -> Tally:
    """What a stored case counts as now."""
    handler_id = document.get("handler_id")
    handlers = document.get("handler_ids", [handler_id] if handler_id else [])
    people = [f"{PERSON}{person_id}" for person_id in document.get("excluded_person_ids") or ()]
    above = [NOT_ABOVE] if document.get("route") == ABOVE else []
    return Tally(
        state=document["state"],
        category=document["category"],
        source=document["source"]["kind"],
        unit_id=document.get("unit_id"),
        handler_ids=tuple(sorted(handlers)),
        kept_from=tuple(sorted({*document["excluded_unit_ids"], *people, *above})),
    )


def tally_document(tally: Tally) -> Document:
    """What a case was counted as, as it is stored with it."""
    return {**vars(tally), "handler_ids": list(tally.handler_ids), "kept_from": list(tally.kept_from)}


def tally_of(document: Document) -> Tally:
    """The same again."""
    return Tally(
        **{**document, "handler_ids": tuple(document["handler_ids"]), "kept_from": tuple(document["kept_from"])}
    )
