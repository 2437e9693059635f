"""What a case keeps to be found and counted by, between the model and the stored form."""

from __future__ import annotations

from typing import Any

from services.tasks.model.case import Case
from services.tasks.model.conflict import handlers_of
from services.tasks.model.listing import facets_of

Document = dict[str, Any]


def listing_fields(case: Case) -> Document:
    """The facets of the case as it is now."""
    return {"facets": list(facets_of(case.state, case.category, case.source_kind, case.unit_id, handlers_of(case)))}
