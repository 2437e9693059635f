"""The written form of a receipt: 19 random Crockford base32 symbols and one check symbol out of the same 32.

``XXXXX-XXXXX-XXXXX-XXXXX``. Read tolerantly, because people copy it from paper and speak it over the
telephone: case, spaces, dashes of any kind, full-width letters, and O for 0, I or L for 1 make no difference.

The check symbol comes from GF(32) = GF(2)[x]/(x⁵+x²+1). Seen as a polynomial over that field with the check
symbol as its constant term, a receipt is zero at x. The powers of x that weigh the 20 places are 20 different
elements (x has order 31), so every single wrong symbol and every exchange of two different symbols changes
the value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAYLOAD_SYMBOLS = 19
SYMBOLS = PAYLOAD_SYMBOLS + 1
GROUP = 5

# Longer than anyone writes a receipt, with room for stray spaces; more is not looked at.
_MAX_WRITTEN = 80

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
# What separates groups once the text is NFKC-normalised: white space and the dashes that keyboards and fonts
# offer.
_SEPARATORS = frozenset(" \t\r\n\u00a0-_\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc.")

_REDUCTION = 0b100101
# Keeps the receipt of only zeros, the likeliest careless input, from being well-formed.
_START = 1


class NotAReceipt(ValueError):
    """A text that cannot be a receipt: wrong length, a symbol outside the alphabet, or a wrong check
    symbol."""


def check_symbol(payload: str) -> str:
    """The last symbol of the receipt whose first 19 symbols are ``payload`` (canonical symbols)."""
    return ALPHABET[_times_x(_fold(payload))]


def write(payload: str) -> str:
    """The receipt, in four groups of five, of 19 canonical symbols; ``NotAReceipt`` for anything else."""
    if len(payload) != PAYLOAD_SYMBOLS or any(symbol not in ALPHABET for symbol in payload):
        raise NotAReceipt("a receipt starts with 19 symbols of the alphabet")
    symbols = payload + check_symbol(payload)
    return "-".join(symbols[start : start + GROUP] for start in range(0, SYMBOLS, GROUP))


def read(text: str) -> str:
    """The canonical written form of what a person typed; ``NotAReceipt`` when no receipt can be meant by
    it."""
    if len(text) > _MAX_WRITTEN:
        raise NotAReceipt("too long")
    typed = unicodedata.normalize("NFKC", text).upper()
    values = [_VALUE.get(symbol) for symbol in typed if symbol not in _SEPARATORS]
    if len(values) != SYMBOLS:
        raise NotAReceipt("a receipt has 20 symbols")
    symbols = "".join(ALPHABET[value] for value in values if value is not None)
    if len(symbols) != SYMBOLS:
        raise NotAReceipt("a symbol that no receipt contains")
    payload = symbols[:PAYLOAD_SYMBOLS]
    if check_symbol(payload) != symbols[PAYLOAD_SYMBOLS]:
        raise NotAReceipt("the check symbol does not fit")
    return write(payload)


class Receipt(fields.Field[str]):
    """A receipt as typed outside, in its canonical written form inside."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "invalid": "The receipt contains a typing error. Please compare it symbol by symbol."
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        try:
            return read(value)
        except NotAReceipt as error:
            raise self.make_error("invalid") from error


def _fold(symbols: str) -> int:
    """Horner's rule at x over GF(32)."""
    value = _START
    for symbol in symbols:
        value = _times_x(value) ^ _VALUE[symbol]
    return value


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCTION if doubled & 0b100000 else doubled
