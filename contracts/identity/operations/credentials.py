"""Passwords, activation codes, one-time passwords (TOTP, RFC 6238) and the end of a lockout."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, NoInput
from contracts.identity.operations.sessions import address_field, password_field
from contracts.operation import Operation
from contracts.roles import ADMIN, ANY_ROLE, PUBLIC
from contracts.schema import Schema


class ChangePassword(Schema):
    """Ends every other session of the person."""

    current_password = password_field()
    new_password = password_field()
    address = address_field()


class IssueActivationCodes(Schema):
    """For whom; a new code voids an earlier one. An existing password stays valid until the code is redeemed."""

    person_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=200))


class ActivationCode(Schema):
    """Shown this once and handed over by the administrator; only its hash is kept."""

    person_id = Id(required=True)
    username = fields.String(required=True)
    code = fields.String(required=True)
    expires_at = Instant(required=True)


class ActivationCodes(Schema):
    """In the order of the request; ids that are unknown or inactive are left out."""

    items = fields.List(fields.Nested(ActivationCode), required=True)


class RedeemActivationCode(Schema):
    """The person sets their own password with the code; works once, and during a lockout too."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=64))
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=64))
    password = password_field()
    address = address_field()


class EnrolledTotp(Schema):
    """The secret for the authenticator app, as text and as ``otpauth:`` address; not active before confirmed."""

    secret = fields.String(required=True)
    uri = fields.String(required=True)


class ConfirmTotp(Schema):
    """A code of the app proves that it has the secret."""

    otp = fields.String(required=True, load_only=True, validate=validate.Length(min=6, max=16))


class RecoveryCodes(Schema):
    """Ten codes, each good for one sign-in in place of a TOTP code; shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class DisableTotp(Schema):
    """Both factors, so that an unlocked screen alone cannot weaken the account."""

    password = password_field()
    otp = fields.String(required=True, load_only=True, validate=validate.Length(min=6, max=32))
    address = address_field()


class OnePerson(Schema):
    """Whom it is about."""

    person_id = Id(required=True)


change_password = Operation("identity", "change_password", request=ChangePassword, response=None, roles=ANY_ROLE)
issue_activation_codes = Operation(
    "identity",
    "issue_activation_codes",
    request=IssueActivationCodes,
    response=ActivationCodes,
    roles=frozenset({ADMIN}),
)
redeem_activation_code = Operation(
    "identity", "redeem_activation_code", request=RedeemActivationCode, response=None, roles=PUBLIC
)
enrol_totp = Operation("identity", "enrol_totp", request=NoInput, response=EnrolledTotp, roles=ANY_ROLE)
confirm_totp = Operation("identity", "confirm_totp", request=ConfirmTotp, response=RecoveryCodes, roles=ANY_ROLE)
disable_totp = Operation("identity", "disable_totp", request=DisableTotp, response=None, roles=ANY_ROLE)
# By an administrator, for a person who lost the phone and the recovery codes.
reset_totp = Operation(
    "identity", "reset_totp", request=OnePerson, response=None, roles=frozenset({ADMIN}), repeatable=True
)
unlock_person = Operation(
    "identity", "unlock_person", request=OnePerson, response=None, roles=frozenset({ADMIN}), repeatable=True
)
