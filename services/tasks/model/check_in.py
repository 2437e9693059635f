"""Codes by which people check in at a study session: short-lived, keyed, bound to the session.

A code shows that whoever sends it has seen it within the last minute. It does not show where they are: one may send it
on to a colleague who sends it in their own name while it lives. That is in the nature of such codes; a signed-in person
answers for each check-in, and the list can be corrected (docs/decisions/0033-study-record.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

# A new code every half minute; each is accepted for a minute from its beginning.
STEP_SECONDS = 30
ACCEPTED_SECONDS = 60
# How far the clocks of two replicas may be apart.
SKEW_SECONDS = 5

_PREFIX = "MJQ1"
_MAC_BYTES = 15


@dataclass
class WrongCheckInCode(Exception):
    """The code is none, not of our key, or too old."""


@dataclass
class NoCheckInKey(Exception):
    """The system has no key for such codes (``TASKS_CHECK_IN_KEY``)."""


def code_for(key: bytes, session_id: str, now: datetime) -> str:
    """The code of this session at this moment (aware): ``MJQ1.<session>.<step>.<mac>``."""
    step = _step(now)
    return f"{_PREFIX}.{session_id}.{step}.{_mac(key, session_id, step)}"


def seconds_left(now: datetime) -> int:
    """After how many seconds the next code is there, 1 to 30."""
    return STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS


def session_of(key: bytes, code: str, now: datetime) -> str:
    """The session that a code checks in at; ``WrongCheckInCode``."""
    prefix, _, rest = code.strip().partition(".")
    parts = rest.split(".")
    if prefix != _PREFIX or len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 12):
        raise WrongCheckInCode
    session_id, step, mac = parts[0], int(parts[1]), parts[2]
    if not hmac.compare_digest(mac.encode(), _mac(key, session_id, step).encode()):
        raise WrongCheckInCode
    age = now.timestamp() - step * STEP_SECONDS
    if not -SKEW_SECONDS <= age < ACCEPTED_SECONDS:
        raise WrongCheckInCode
    return session_id


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _mac(key: bytes, session_id: str, step: int) -> str:
    digest = hmac.new(key, f"check-in\x1f{session_id}\x1f{step}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode()
