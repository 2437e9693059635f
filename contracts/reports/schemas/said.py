"""What people write in a report: their text as it is, without what only steers its display.

Texts are copied from address books, chats and documents, and come with invisible marks of direction (UAX #9).
Those that embed or isolate hold no letters and are taken out. The overrides (LRO, RLO) turn the order of letters
around: without them the text would read otherwise than its writer saw it, so that they are refused, save where
LRO … PDF wraps a whole value, as address books wrap telephone numbers. Letters of every script, marks of
direction that the letters themselves need (LRM, RLM, ALM), joiners and emoji stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contracts.fields import Text

# LRE, RLE, PDF; LRI, RLI, FSI, PDI.
_STEERING = re.compile("[\u202a-\u202c\u2066-\u2069]")
_WRAPPED = re.compile("\\s*\u202d([^\u202d\u202e]*)\u202c\\s*")
_OVERRIDE = re.compile("[\u202d\u202e]")


class Said(Text):
    """A ``Text`` of a reporter; marks of direction as this module tells."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "direction": "Contains an invisible mark that turns the order of letters around: U+{code}, "
        "at character {at}. Delete it, or type this place again."
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return super()._deserialize(self._unsteered(value), attr, data, **kwargs)

    def _unsteered(self, value: Any) -> Any:
        if not isinstance(value, str) or value.isascii():
            return value
        wrapped = _WRAPPED.fullmatch(value)
        text = wrapped[1] if wrapped else value
        override = _OVERRIDE.search(text)
        if override:
            raise self.make_error("direction", code=f"{ord(override.group()):04X}", at=override.start() + 1)
        return _STEERING.sub("", text)
