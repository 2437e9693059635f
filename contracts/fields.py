"""The field types that every contract is written in; their messages are part of the interface."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from marshmallow import ValidationError, fields, validate

from contracts.schema import Schema

# C0 and C1 controls except tab, line feed and carriage return; the bidirectional overrides and isolates of
# UAX #9, which make a text read otherwise than it is stored; lone surrogates and noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Text(fields.String):
    """A text for people: stripped, at most ``max`` characters, at least ``min`` (default 1).

    Control characters, bidirectional overrides and lone surrogates are refused. ``single_line`` refuses line breaks.
    """

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "forbidden_character": "Contains a character that is not allowed: U+{code}.",
        "line_break": "Must be a single line.",
    }

    def __init__(self, *, max: int, min: int = 1, single_line: bool = False, **kwargs: Any) -> None:
        validators = [validate.Length(min=min, max=max)]
        super().__init__(validate=validators, **kwargs)
        self.single_line = single_line

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        forbidden = _FORBIDDEN.search(text)
        if forbidden:
            raise self.make_error("forbidden_character", code=f"{ord(forbidden.group()):04X}")
        if self.single_line and ("\n" in text or "\r" in text):
            raise self.make_error("line_break")
        return text


class Id(Text):
    """An opaque identifier: printable ASCII without spaces, at most 128 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=128, single_line=True, **kwargs)


class MailAddress(fields.Email):
    """An address that every mail server can write, at most 254 characters; internationalised domains come in their
    ASCII form.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(max=254), _ascii], **kwargs)


def _ascii(value: str) -> None:
    if not value.isascii():
        raise ValidationError("Not a valid email address.")


class Instant(fields.Field[datetime]):
    """A point in time: RFC 3339 with a zone outside, an aware UTC ``datetime`` (milliseconds) inside."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "invalid": "Not a valid RFC 3339 time with a zone, such as 2026-03-01T09:00:00+08:00."
    }

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return format_instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            return parse_instant(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Day(fields.Date):
    """A calendar day, ``YYYY-MM-DD``, of Asia/Shanghai unless the schema says otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if isinstance(value, str) else super()._serialize(value, attr, obj, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        # ISO 8601 has further forms (20260302, 2026-W10-1), which nobody was told of.
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Binary(fields.Field[bytes]):
    """Bytes, at most ``max`` of them, as ``bytes`` at both ends of an operation.

    Only as a field of the request or response itself, not of something nested: what carries them keeps them out of its
    JSON. In HTTP such a field is a body of its own.
    """

    default_error_messages = {  # noqa: RUF012 (marshmallow declares it on the instance)
        "invalid": "Must be bytes.",
        "too_long": "At most {max} bytes.",
    }

    def __init__(self, *, max: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max = max

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bytes:
        if not isinstance(value, bytes):
            raise self.make_error("invalid")
        if len(value) > self.max:
            raise self.make_error("too_long", max=self.max)
        return value


def parse_instant(value: Any) -> datetime:
    """The aware UTC time, cut to milliseconds, of an RFC 3339 text or an aware datetime; ``ValueError`` otherwise."""
    moment = value if isinstance(value, datetime) else _from_text(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the years 1 to 9999") from error
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_instant(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, ``2026-03-01T01:00:00.000Z``."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _from_text(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > 40 or "T" not in value.upper():
        raise ValueError("not a time")
    return datetime.fromisoformat(value.upper().replace("Z", "+00:00"))


class PageRequest(Schema):
    """The two parameters of every list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=512))


def page_of(item: type[Schema]) -> type[Schema]:
    """The response schema of a list: ``{"items": [...], "next_cursor": "…" | null}``."""
    name = f"{item.__name__}Page"
    members: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return cast(type[Schema], Schema.from_dict(members, name=name))


def one_of(*values: str, error: str | None = None) -> Callable[[Any], Any]:
    """Validator: one of these codes; the message lists them."""
    return validate.OneOf(values, error=error or "Must be one of: {choices}.")


class NoInput(Schema):
    """A request without fields."""


__all__ = [
    "Binary",
    "Day",
    "Id",
    "Instant",
    "MailAddress",
    "NoInput",
    "PageRequest",
    "Text",
    "ValidationError",
    "format_instant",
    "one_of",
    "page_of",
    "parse_instant",
]
