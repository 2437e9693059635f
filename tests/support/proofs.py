"""Solves challenges of proof of work, as ALTCHA's widget does in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any


def solution(challenge: dict[str, Any], /, **changed: Any) -> str:
    """What the widget sends for this challenge; ``changed``: members that differ from what is right."""
    start = hashlib.sha256(challenge["salt"].encode())
    for number in range(challenge["maxnumber"] + 1):
        tried = start.copy()
        tried.update(str(number).encode())
        if tried.hexdigest() == challenge["challenge"]:
            solved = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return encoded({**solved, "number": number, "took": 12, **changed})
    raise AssertionError("The challenge has no solution.")


def encoded(payload: Any) -> str:
    """The form in which a payload travels."""
    return base64.b64encode(json.dumps(payload).encode()).decode()
