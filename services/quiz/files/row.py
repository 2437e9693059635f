"""One question of a file, as every format's reader gives it, and how it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from contracts.quiz.operations.questions import NewQuestion
from services.quiz.files.embedded import Pictures
from services.quiz.files.faults import Rejected, shown
from services.quiz.files.omissions import Omissions
from services.quiz.model.question import GENERAL, Content, InvalidQuestion, content_of

_SCHEMA = NewQuestion()


@dataclass(frozen=True)
class Row:
    """A question of a file: its place, and either its content or what is wrong with it. ``pictures``: the content of
    each of its pictures as it stood in the file, by its id. ``omitted``: what of it is not taken with the content.
    """

    row: int
    content: Content | None
    rejected: list[Rejected] = field(default_factory=list)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    omitted: list[Rejected] = field(default_factory=list)

    @classmethod
    def refused(cls, row: int, name: str, message: str, value: Any = None) -> Row:
        """A row with one fault."""
        return cls(row, None, [Rejected(row, name, message, shown(value))])


def checked(
    row: int, fields: dict[str, Any], pictures: Pictures | None = None, omitted: Omissions | None = None
) -> Row:
    """The row of the raw ``fields`` of a question; absent ones get their defaults. A picture that cannot be taken
    rejects the row; what is ``omitted`` is told of a row that is taken.
    """
    found = pictures or Pictures(row)
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    given.setdefault("category", GENERAL)
    given["media"] = found.media
    try:
        # A file that does not say whether options are fixed changes nothing about it.
        content = content_of(_SCHEMA.load(given) | {"fixed_options": given.get("fixed_options")})
    except ValidationError as invalid:
        faults = _flat(invalid.messages, given)
        return Row(row, None, found.faults + [Rejected(row, name, text, value) for name, text, value in faults])
    except InvalidQuestion as invalid:
        wrong = [
            Rejected(row, error["field"], error["message"], shown(given.get(error["field"])))
            for error in invalid.errors
        ]
        return Row(row, None, found.faults + wrong)
    if found.faults:
        return Row(row, None, found.faults)
    return Row(row, content, pictures=found.contents, omitted=omitted.found if omitted else [])


def _flat(errors: Any, given: Any) -> list[tuple[str, str, str | None]]:
    """One entry for each wrong field of the question, whatever depth the fault lies in."""
    found = []
    for name, messages in errors.items():
        text = messages
        while not isinstance(text, str):
            text = next(iter(text.values() if isinstance(text, dict) else text))
        found.append((str(name), text, shown(given.get(name))))
    return found
