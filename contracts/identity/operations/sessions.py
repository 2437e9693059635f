"""Signing in, staying signed in, signing out, and what the gateway needs to judge an access token."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, NoInput, PageRequest, page_of
from contracts.operation import Operation
from contracts.roles import ADMIN, ANY_ROLE, PUBLIC
from contracts.schema import Schema


def password_field() -> fields.String:
    """A password as typed: never stripped, never logged, at most 256 characters."""
    return fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=256))


def address_field() -> fields.String:
    """The client's address as the gateway saw it (never taken from the body); only its keyed hash is kept."""
    return fields.String(load_default="", load_only=True, validate=validate.Length(max=64))


class SignIn(Schema):
    """``otp`` is a six-digit code or a recovery code. ``device`` is the device cookie of an earlier sign-in."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=64))
    password = password_field()
    otp = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=32))
    device = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=256))
    address = address_field()


class RefreshSession(Schema):
    """The refresh token of the cookie."""

    refresh_token = fields.String(required=True, validate=validate.Length(min=1, max=256))


class SessionTokens(Schema):
    """What a client holds. The gateway puts ``refresh_token`` and ``device`` into HttpOnly cookies, never the body.

    ``expires_in`` counts seconds. ``device`` is null when the client's own is still good.
    """

    access_token = fields.String(required=True)
    token_type = fields.Constant("Bearer")
    expires_in = fields.Integer(required=True)
    refresh_token = fields.String(required=True)
    refresh_expires_at = Instant(required=True)
    device = fields.String(load_default=None, allow_none=True)
    device_expires_at = Instant(load_default=None, allow_none=True)


class SigningKey(Schema):
    """A public key as JSON Web Key (RFC 8037)."""

    kid = fields.String(required=True)
    kty = fields.Constant("OKP")
    crv = fields.Constant("Ed25519")
    alg = fields.Constant("EdDSA")
    use = fields.Constant("sig")
    x = fields.String(required=True)


class SigningKeys(Schema):
    """A JWK set. A key is in it a day before it signs and until the last token that it signed has died."""

    keys = fields.List(fields.Nested(SigningKey), required=True)


class RevokeSigningKey(Schema):
    """The key that must no longer sign or verify."""

    kid = Id(required=True)


class EndedSession(Schema):
    """As in ``SessionEndedV1``."""

    session_id = Id(required=True)
    person_id = Id(required=True)
    ended_at = Instant(required=True)
    access_expires_at = Instant(required=True)


class ListEndedSessions(PageRequest):
    """Newest first; only those whose last access token may still be alive."""

    limit = fields.Integer(load_default=1000, validate=validate.Range(min=1, max=5000))


sign_in = Operation("identity", "sign_in", request=SignIn, response=SessionTokens, roles=PUBLIC)
refresh_session = Operation("identity", "refresh_session", request=RefreshSession, response=SessionTokens, roles=PUBLIC)
# Ends the session that the access token belongs to; again: the same silence.
end_session = Operation("identity", "end_session", request=NoInput, response=None, roles=ANY_ROLE, repeatable=True)
signing_keys = Operation(
    "identity", "signing_keys", request=NoInput, response=SigningKeys, roles=PUBLIC, repeatable=True
)
revoke_signing_key = Operation(
    "identity",
    "revoke_signing_key",
    request=RevokeSigningKey,
    response=SigningKeys,
    roles=frozenset({ADMIN}),
    repeatable=True,
)
# For the gateway's workers alone (no HTTP path): what they missed while they did not listen.
list_ended_sessions = Operation(
    "identity",
    "list_ended_sessions",
    request=ListEndedSessions,
    response=page_of(EndedSession),
    roles=PUBLIC,
    repeatable=True,
)
