"""Certificates 学习证书: what one attests, its verification code, and what anybody may see who has the code."""

from __future__ import annotations

import re

# Crockford's base 32: without I, L, O and U, which are misread.
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SYMBOLS = 16
# What people type in their place.
_MISREAD = str.maketrans("ILO", "110")


def code_from(numbers: bytes) -> str:
    """The code of 16 random bytes, 80 bits of which count: four groups of four."""
    symbols = "".join(SYMBOLS[number % len(SYMBOLS)] for number in numbers[:CODE_SYMBOLS])
    return "-".join(symbols[at : at + 4] for at in range(0, CODE_SYMBOLS, 4))


def as_written(code: str) -> str | None:
    """A code as the certificate shows it, whatever case, blanks and hyphens it was typed with; None for no code."""
    symbols = re.sub(r"[\s\-]", "", code).upper().translate(_MISREAD)
    if len(symbols) != CODE_SYMBOLS or not set(symbols) <= set(SYMBOLS):
        return None
    return "-".join(symbols[at : at + 4] for at in range(0, CODE_SYMBOLS, 4))


def masked(name: str) -> str:
    """A name of which only the first character can be read: 张三 is 张*, 欧阳娜娜 欧***."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*"
