"""Answers to the form's questions, of which only the outermost bounds are known here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from contracts.reports.schemas.said import Said

MAX_DETAILS = 60
MAX_CHOSEN = 40
# Beyond every amount that a report names, and exact in a double.
MAX_NUMBER = 10**15
_NAME = re.compile("[a-z][a-z0-9_]{0,63}")


class Details(fields.Field[dict[str, Any]]):
    """Answers to the form's questions: ``{name: value}``, a value being a text, a number, yes or no (a boolean),
    or a list of choices. ``null`` counts as not given. Which questions there are is the form's to say."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "invalid": "Not a valid mapping type.",
        "too_many": "Must have at most {max} entries.",
        "name": "Unknown field.",
        "value": "Must be a text, a number, true or false, or a list of texts.",
        "number": "Number too large.",
    }

    def __init__(self, *, max_text: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._text = Said(max=max_text, min=0)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        if len(value) > MAX_DETAILS:
            raise self.make_error("too_many", max=MAX_DETAILS)
        given: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, inner in value.items():
            try:
                given[name] = self._answer(name, inner)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return {name: inner for name, inner in given.items() if inner is not None}

    def _answer(self, name: Any, value: Any) -> Any:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self.make_error("name")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text.deserialize(value)
        if isinstance(value, int | float):
            # NaN compares false, too.
            if not -MAX_NUMBER <= value <= MAX_NUMBER:
                raise self.make_error("number")
            return value
        if isinstance(value, list):
            return self._chosen(value)
        raise self.make_error("value")

    def _chosen(self, value: list[Any]) -> list[str]:
        if len(value) > MAX_CHOSEN:
            raise self.make_error("too_many", max=MAX_CHOSEN)
        if not all(isinstance(item, str) for item in value):
            raise self.make_error("value")
        return [self._text.deserialize(item) for item in value]
