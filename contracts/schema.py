"""The schema that every contract is written in: marshmallow's, with a shorter way for what is right.

marshmallow makes a function and asks after partial loading for every field. What is wrong anywhere, and what is loaded
in any unusual way, goes marshmallow's own way, so that every message is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import marshmallow
from marshmallow import EXCLUDE, RAISE, ValidationError, missing


class Schema(marshmallow.Schema):
    """As ``marshmallow.Schema``."""

    def _deserialize(
        self, data: Any, *, many: bool = False, partial: Any = None, unknown: Any = RAISE, **options: Any
    ) -> Any:
        if not many and partial is None and type(data) is dict:
            try:
                return self._right(data, unknown)
            except ValidationError:
                pass
        return super()._deserialize(data, many=many, partial=partial, unknown=unknown, **options)

    def _right(self, data: dict[str, Any], unknown: str) -> dict[str, Any]:
        """What ``data`` loads as; ``ValidationError``, without anything about it, when it is not right."""
        fields, names = self._read_straight
        if unknown != EXCLUDE and not data.keys() <= names:
            raise ValidationError(self.error_messages["unknown"])
        loaded: dict[str, Any] = {}
        for name, attribute, deserialize in fields:
            value = deserialize(data.get(name, missing), name, data)
            if value is not missing:
                loaded[attribute] = value
        return loaded

    @cached_property
    def _read_straight(self) -> tuple[list[tuple[str, str, Callable[..., Any]]], frozenset[str]]:
        """Of each field: its name outside, its name inside, its way in; and all names outside."""
        fields = [
            (name if field.data_key is None else field.data_key, field.attribute or name, field.deserialize)
            for name, field in self.load_fields.items()
        ]
        return fields, frozenset(name for name, _, _ in fields)
