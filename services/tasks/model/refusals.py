"""Why an action is not taken. Their fields reach the person through gateway/problems.

``WrongState``, ``Forbidden`` and ``Invalid`` have the form of those in chassis.refusals, and so their
problems; they are declared here because the model imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class WrongState(Exception):
    """The action is not possible in this state; ``allowed`` lists what is, for this person."""

    state: str
    allowed: list[str] = field(default_factory=list)


@dataclass
class Forbidden(Exception):
    """The person may know of the case but not do this; ``why`` is a text code."""

    why: str


@dataclass
class Invalid(Exception):
    """The content of a field is not right. ``errors``: ``[{"field", "message", "parts"?}]``, message a
    text code.
    """

    errors: list[dict[str, object]]


@dataclass
class CaseCannotClose(Exception):
    """Guards are not satisfied. ``missing`` lists exactly what, as ``code`` or ``code:number of the
    allegation``.
    """

    action: str
    state: str
    missing: list[str]
    allowed: list[str] = field(default_factory=list)


@dataclass
class EvidenceWithdrawn(Exception):
    """The item of evidence was struck out. ``item``: its number in the case."""

    item: int


@dataclass
class NothingSigns(Exception):
    """This system has no key to sign bundles with."""


def invalid(name: str, message: str, **parts: object) -> Invalid:
    """One wrong field."""
    return Invalid([{"field": name, "message": message, **({"parts": parts} if parts else {})}])
