"""Numbers as people write them: 35000, 3.5万, 三万五千, 三万五, 叁万伍仟, 二〇二五, 几万, 三四千."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

DIGITS = {digit: value for value, digits in enumerate("〇一二三四五六七八九") for digit in digits}
DIGITS |= {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"两": 2}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
UNKNOWN = frozenset("几数上")
# 三万多, 一百来块, 两千余元: the number is the least that was meant.
ABOUT = frozenset("多余来")
WRITTEN = "".join((*DIGITS, *UNITS, *MYRIADS))

# Longer is no amount or year that anybody means, and costs time to read.
_MAX_WRITTEN = 40


class Number(NamedTuple):
    """``value`` is ``None`` for 几万 and the like. ``approximate``: at least ``value``."""

    value: Decimal | None
    approximate: bool = False


def read(written: str) -> Number | None:
    """The number; ``None`` when the characters make none."""
    if not written or len(written) > _MAX_WRITTEN:
        return None
    if UNKNOWN & set(written):
        return Number(None, approximate=True)
    approximate = bool(ABOUT & set(written))
    digits = "".join(character for character in written if character not in ABOUT and character != ",")
    if all(character in DIGITS for character in digits) and len(digits) > 1:
        return _of_digits_only(digits, approximate)
    reader = _Reader()
    place = 0
    while place < len(digits):
        taken = reader.take(digits, place)
        if taken == 0:
            return None
        place += taken
    return Number(reader.total(), approximate or reader.approximate)


def _of_digits_only(digits: str, approximate: bool) -> Number:
    """二〇二五 is read digit by digit; 三四 is three or four."""
    values = [DIGITS[digit] for digit in digits]
    if len(values) == 2 and values[0] + 1 == values[1]:
        return Number(Decimal(values[0]), approximate=True)
    return Number(Decimal("".join(map(str, values))), approximate)


class _Reader:
    """Adds up digits and units from left to right."""

    def __init__(self) -> None:
        self.approximate = False
        self._myriads = Decimal(0)
        self._section = Decimal(0)
        self._digit: Decimal | None = None
        self._last_unit = self._largest = 1
        self._after_zero = False

    def take(self, written: str, place: int) -> int:
        """How many characters from ``place`` on were understood."""
        character = written[place]
        if character in UNITS:
            self._unit(UNITS[character])
        elif character in MYRIADS:
            self._myriad(MYRIADS[character])
        elif character in DIGITS:
            self._chinese_digit(DIGITS[character])
        else:
            return self._arabic(written, place)
        return 1

    def total(self) -> Decimal:
        """The number; in 三万五 the last digit counts a tenth of the unit before it."""
        last = self._digit or Decimal(0)
        if last and self._last_unit >= 100 and not self._after_zero:
            last *= self._last_unit // 10
        return self._myriads + self._section + last

    def _unit(self, unit: int) -> None:
        # 十五: a unit without a digit is one of it.
        self._section += (Decimal(1) if self._digit is None else self._digit) * unit
        self._digit, self._last_unit, self._after_zero = None, unit, False

    def _myriad(self, unit: int) -> None:
        section = self._section + (self._digit or 0)
        if self._myriads and unit < self._largest:
            # 一亿二千万: the smaller unit counts what stands after the larger one.
            self._myriads += section * unit
        else:
            self._myriads = (self._myriads + section or Decimal(1)) * unit
        self._largest = max(self._largest, unit)
        self._section, self._digit, self._last_unit, self._after_zero = Decimal(0), None, unit, False

    def _chinese_digit(self, value: int) -> None:
        if value == 0:
            self._after_zero = True
            return
        if self._digit is not None:
            # 三四千: three or four thousand, the lower of them.
            self.approximate = True
            return
        self._digit = Decimal(value)

    def _arabic(self, written: str, place: int) -> int:
        end = place
        while end < len(written) and ((written[end].isascii() and written[end].isdigit()) or written[end] == "."):
            end += 1
        figures = written[place:end].strip(".")
        if not figures or figures.count(".") > 1:
            return 0
        self._digit = Decimal(figures)
        return end - place
