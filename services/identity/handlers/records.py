"""Reading the log of security matters."""

from __future__ import annotations

from typing import Any

from contracts.call import Call
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore


def list_security_log(
    store: IdentityStore, settings: IdentitySettings, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """Newest first."""
    found = store.records.page(request, request["limit"], request["cursor"])
    items = [{**record, "id": record["_id"]} for record in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}
