"""A receipt as a QR code: version 2, error correction M, mask 0, the receipt as written and nothing else.

Made in the gateway, so that the code does not travel through the broker, and anew for a repeated request, so that it
is kept nowhere.

The code of a text of known length is affine over GF(2): every two symbols make 11 bits at their place, the error
correction (Reed-Solomon) is linear in the bits, the mask is added. So the code of a receipt is that of as many zeros,
with the difference added that each set bit makes. segno tells zeros and differences once a process; a receipt then
costs some 60 exclusive ors in place of an encoding.
"""

from __future__ import annotations

import re
from functools import cache

import segno

from contracts.reports.receipt import GROUP, SYMBOLS
from gateway.language import text

_VERSION, _MASK = 2, 0
_SIDE = 17 + 4 * _VERSION
_QUIET = 4
# Rows are drawn in pieces of so many modules, of which there are few enough to draw each beforehand.
_PIECE = 5
_WRITTEN = SYMBOLS + SYMBOLS // GROUP - 1

# ISO/IEC 18004, table 5: the symbols of the alphanumeric mode by their values.
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE = len(_ALPHANUMERIC)
_VALUE = {symbol: value for value, symbol in enumerate(_ALPHANUMERIC)}
_BITS_OF_TWO, _BITS_OF_ONE = 11, 6


def svg(receipt: str, language: str) -> str:
    """An SVG element that shows ``receipt`` (as written, ``XXXXX-XXXXX-XXXXX-XXXXX``) with its quiet zone."""
    whole = _SIDE + 2 * _QUIET
    label = text("reports.receipt_qr", language)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img" aria-label="{label}" '
        f'shape-rendering="crispEdges"><title>{label}</title><path fill="#fff" d="M0 0h{whole}v{whole}H0z"/>'
        f'<path stroke="#000" d="{_path(matrix(receipt))}"/></svg>'
    )


def matrix(receipt: str) -> int:
    """The modules of the code, dark ones set, row by row from the highest of 625 bits; ``ValueError`` for what is no
    receipt as written."""
    if len(receipt) != _WRITTEN:
        raise ValueError("not a receipt as it is written")
    code, differences = _learned()
    for value, of_place in zip(_values(receipt), differences, strict=True):
        for bit, difference in enumerate(of_place):
            if value >> bit & 1:
                code ^= difference
    return code


@cache
def _learned() -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The code of zeros, and for each place of a value the difference that each of its bits makes."""
    zeros = "0" * _WRITTEN
    code = _encoded(zeros)
    return code, tuple(
        tuple(code ^ _encoded(zeros[:at] + _symbols(1 << bit, size) + zeros[at + size :]) for bit in range(bits))
        for at, size, bits in _places()
    )


def _places() -> list[tuple[int, int, int]]:
    """Where a value's symbols begin, how many they are, and its bits: pairs, and the symbol that is left over."""
    pairs = [(at, 2, _BITS_OF_TWO) for at in range(0, _WRITTEN - 1, 2)]
    return [*pairs, (_WRITTEN - 1, 1, _BITS_OF_ONE)] if _WRITTEN % 2 else pairs


def _values(written: str) -> list[int]:
    values = [_VALUE[symbol] for symbol in written]
    pairs = [first * _BASE + second for first, second in zip(values[::2], values[1::2], strict=False)]
    return [*pairs, values[-1]] if len(values) % 2 else pairs


def _symbols(value: int, size: int) -> str:
    first, second = divmod(value, _BASE)
    return _ALPHANUMERIC[second] if size == 1 else _ALPHANUMERIC[first] + _ALPHANUMERIC[second]


def _encoded(written: str) -> int:
    code = segno.make_qr(written, version=_VERSION, error="m", mode="alphanumeric", mask=_MASK, boost_error=False)
    return int("".join(str(module) for row in code.matrix for module in row), 2)


def _path(code: int) -> str:
    """The dark modules as strokes along the rows, each one module high."""
    modules = f"{code:0{_SIDE * _SIDE}b}"
    return "".join([drawn[modules[at : at + _PIECE]] for at, drawn in _strokes()])


@cache
def _strokes() -> list[tuple[int, dict[str, str]]]:
    """Where each piece of a row begins among the modules, and the strokes of every piece that there can be."""
    pieces = [f"{value:0{_PIECE}b}" for value in range(1 << _PIECE)]
    return [(at, {piece: _drawn(piece, *divmod(at, _SIDE)) for piece in pieces}) for at in range(0, _SIDE**2, _PIECE)]


def _drawn(piece: str, row: int, column: int) -> str:
    runs = [(run.start(), len(run.group())) for run in re.finditer("1+", piece)]
    return "".join(f"M{_QUIET + column + start} {_QUIET + row}.5h{length}" for start, length in runs)
