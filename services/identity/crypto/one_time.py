"""Time-based one-time passwords (RFC 6238: six digits, 30 s, SHA-1 as every authenticator app has it)."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime

import pyotp

ISSUER = "明镜"
STEP_SECONDS = 30
# One step to either side: the phone's clock may be half a minute off (RFC 6238 section 5.2).
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10

# Crockford's base32: no I, L, O, U to misread.
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226 section 4)."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, username: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(secret: str, otp: str, now: datetime) -> int | None:
    """The time step whose code this is, or None. A step that was used before must be refused by the caller."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    code = "".join(unicodedata.normalize("NFKC", otp).split())
    step = int(now.timestamp()) // STEP_SECONDS
    return next(
        (step + drift for drift in DRIFT if pyotp.utils.strings_equal(totp.generate_otp(step + drift), code)),
        None,
    )


def random_code(groups: int) -> str:
    """Groups of five random symbols (25 bits each) that can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(5)) for _ in range(groups))


def canonical_code(text: str) -> str:
    """The one spelling of a code as somebody may type it."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_MISREAD)
    return "".join(symbol for symbol in plain if symbol in _SYMBOLS)
