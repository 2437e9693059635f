"""The event about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.event import Draft
from contracts.identity.events import PersonChangedV1
from services.identity.model.people import public_state


def changed_event(person: Mapping[str, Any]) -> Draft:
    """What others are told of the person as they are now."""
    return PersonChangedV1.draft(subject=person["_id"], person_id=person["_id"], **public_state(person))
