"""Signing keys and the access tokens that they sign (contracts.identity.tokens)."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contracts.call import Actor
from contracts.identity.tokens import ALGORITHM, AUDIENCE, claims_of


def new_key_pair() -> tuple[bytes, str]:
    """The private key's 32 bytes, and the public one as the ``x`` of a JSON Web Key."""
    private = Ed25519PrivateKey.generate()
    seed = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return seed, base64.urlsafe_b64encode(public).decode().rstrip("=")


def signed(
    actor: Actor, *, kid: str, private_key: Ed25519PrivateKey, issuer: str, now: datetime, lifetime: timedelta
) -> str:
    """The access token of a session."""
    claims = {
        **claims_of(actor),
        "iss": issuer,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode(claims, private_key, algorithm=ALGORITHM, headers={"kid": kid})


def private_key_of(seed: bytes) -> Ed25519PrivateKey:
    """The key of its 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed)
