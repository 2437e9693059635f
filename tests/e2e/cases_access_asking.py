"""How the routes and actions of the table are asked for, where there is more to say than their paths."""

from __future__ import annotations

from typing import Any

from tests.e2e.cases_access_scene import ASKED, FILE, ITEM, TUS, Scene, today

UNKNOWN = "0" * 32
_REASON = {"reason": "依规"}

# How requests are made, by all of the route or by its end alone.
SENT: dict[str, dict[str, Any]] = {
    "POST /identity-requests": {"json": ASKED},
    "POST /revocation": {"json": {"reason": "不必"}},
    "POST /decision": {"json": {"approved": False, "reason": "不必"}},
    "POST /evidence": {"json": ITEM},
    # Refused as an earlier version of the case, so that nothing is put on record.
    "POST /exports": {
        "json": {"expected_version": 999_999, "files": [{"path": "1.txt", "size": 1, "sha256": "0" * 64}]}
    },
    "POST /{item}/custody": {"json": {"act": "handed_over", "to": "档案室", "why": "入库"}},
    "POST /{struck}/withdraw": {"json": {"reason": "误录"}},
    "POST /{item}/file": {"files": {"file": FILE}},
    "GET /{item}/file": {"params": {"copy": "original"}},
    "POST /{empty}/uploads": {"headers": {**TUS, "Upload-Length": "30"}},
    "HEAD /{begun}/uploads/{sending}": {"headers": TUS},
    "PATCH /{begun}/uploads/{sending}": {
        "headers": {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        "content": b"one, two, ",
    },
    "DELETE /{begun}/uploads/{sending}": {"headers": TUS},
    "POST /cases": {
        "json": {
            "category": "money.bribe", "allegations": ["收受红包"], "excluded_unit_ids": ["{unit}"],
            "excluded_person_ids": ["{out}"], "origin": "audit", "reason": "审计发现",
        }
    },
    "POST /old-cases": {"files": {"file": ("旧案.csv", b"x")}},
    "POST /re-reviews": {"json": {"closed_from": "2001-01-01", "closed_to": "2001-01-31", "count": 5}},
    "POST /{drawn}/decision": {"json": {"decision": "adequate", "reason": "适当"}},
    "POST /notices/read": {"json": {"ids": [UNKNOWN]}},
    # Refused for what it lacks, so that nobody's settings are changed.
    "PUT /notice-settings": {"json": {}},
}  # fmt: skip

# What goes with an action besides its name.
_FIELDS: dict[str, dict[str, Any]] = {
    "refuse": {"ground": "no_substance", **_REASON},
    "transfer": {"body": "police", **_REASON},
    "acknowledge_transfer": {"answered_on": "{today}", **_REASON},
    "assign": {"handler_id": "{hot}"},
    "reassign": {"handler_id": "{hot}", **_REASON},
    "join": {"handler_id": "{hot}", **_REASON},
    "unjoin": {"handler_id": "{joi}", **_REASON},
    "exclude": {"person_ids": ["{mem}"], **_REASON},
    "record_step": {"what": "谈话"},
    "request_assistance": {"body": "police", "what": "户籍", **_REASON},
    "record_assistance": {"request": 1, "what": "查无此人"},
    "withdraw_assistance": {"request": 1, **_REASON},
    "record_finding": {"allegation": 1, "outcome": "substantiated", **_REASON},
    "record_disposition": {"allegation": 1, "measure": "criticism", **_REASON},
    # By whoever approves it.
    "extend": {"days": 10, "approver_id": "{me}", **_REASON},
    "ask_extension": {"days": 10, "approver_id": "{lea}", **_REASON},
    "answer_supervision": {"what": "正在核实"},
    "merge": {"into": "{leading}", **_REASON},
    "split": {"allegation_numbers": [2], **_REASON},
    **{name: {} for name in ("accept", "start", "conclude", "tell_result", "close", "resume", "approve_extension")},
}


def options(method: str, above: str, below: str, scene: Scene) -> dict[str, Any]:
    """What goes with a request for this route."""
    sent = SENT.get(f"{method} {above}{below}") or SENT.get(f"{method} {below}") or {}
    return {name: _filled_in(value, scene.places) if name == "json" else value for name, value in sent.items()}


def action(name: str, who: str, scene: Scene) -> dict[str, Any]:
    """The body of a request for this action by who has this column."""
    ids = {**scene.people, **scene.states, "me": scene.people.get(who, UNKNOWN), "today": today()}
    return {"action": name, **_filled_in(_FIELDS.get(name, _REASON), ids)}


def _filled_in(value: Any, places: dict[str, str]) -> Any:
    """The same with the ids that it has in braces."""
    if isinstance(value, dict):
        return {name: _filled_in(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled_in(inner, places) for inner in value]
    return value.format_map(places) if isinstance(value, str) else value
