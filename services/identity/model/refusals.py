"""What identity refuses, by name; the gateway puts each in words (gateway/problems/identity.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SignInRefused(Exception):
    """Some part of user name, password and one-time password is wrong, or the account is not active: never which."""


@dataclass
class SessionOver(Exception):
    """The refresh token is unknown, used up or expired, or its session has ended."""


@dataclass
class WeakPassword(Exception):
    """``reason``: ``too_short``, ``too_long``, ``contains_username``, ``too_common`` or ``too_simple``."""

    reason: str
    at_least: int


@dataclass
class WrongPassword(Exception):
    """The present password (or one-time password) that confirms a change is wrong."""


@dataclass
class ActivationRefused(Exception):
    """The activation code is wrong, used, replaced or expired, or the account is not active: never which."""


@dataclass
class TotpNotPossible(Exception):
    """``reason``: ``already_on``, ``not_enrolled`` or ``wrong_code``."""

    reason: str


@dataclass
class UnitMoveRefused(Exception):
    """``reason``: ``into_itself``, ``root_stays`` or ``too_deep``."""

    reason: str


@dataclass
class UnitInUse(Exception):
    """A unit with active people or units below cannot be closed."""

    people: int
    units: int


@dataclass
class NameTaken(Exception):
    """``field``: ``username``, ``staff_number``, ``name`` or ``code``; the value is somebody else's already."""

    field: str


@dataclass
class OwnRightsStay(Exception):
    """Administrators cannot take the role from themselves or close their own account, so that one always remains."""


@dataclass
class AdministratorExists(Exception):
    """The first administrator is made once."""
