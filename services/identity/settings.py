"""What the identity service is told by its environment; every name begins with IDENTITY_ except TOKEN_ISSUER."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from environs import Env
from marshmallow import ValidationError, validate

from chassis.config import secret
from contracts.identity.tokens import DEFAULT_ISSUER
from services.identity.crypto.hashing import Passwords
from services.identity.crypto.keyring import BadKey, Keyring
from services.identity.model.passwords import PasswordPolicy

# 《网络安全法》, graded protection 等级保护: network logs are kept for at least six months.
LOG_DAYS_BY_LAW = 183


@dataclass(frozen=True)
class IdentitySettings:
    """Durations as ``timedelta``."""

    keyring: Keyring
    passwords: Passwords
    policy: PasswordPolicy
    issuer: str
    access_lifetime: timedelta
    session_idle: timedelta
    session_lifetime: timedelta
    device_lifetime: timedelta
    activation_lifetime: timedelta
    log_kept: timedelta


def load_settings(env: Env) -> IdentitySettings:
    """See ``chassis.config.read`` for errors."""
    key = secret(env, "IDENTITY_KEY", validate=_check_keys)
    positive = validate.Range(min=1)
    return IdentitySettings(
        keyring=Keyring(key) if _is_key(key) else _no_keyring(),
        passwords=Passwords(
            time_cost=env.int("IDENTITY_ARGON2_TIME_COST", 2, validate=validate.Range(1, 20)) or 2,
            memory_kib=env.int("IDENTITY_ARGON2_MEMORY_KIB", 19_456, validate=validate.Range(8, 1_048_576)) or 19_456,
            parallelism=env.int("IDENTITY_ARGON2_PARALLELISM", 1, validate=validate.Range(1, 16)) or 1,
            at_once=env.int("IDENTITY_ARGON2_AT_ONCE", 2, validate=validate.Range(1, 64)) or 2,
        ),
        policy=PasswordPolicy(at_least=env.int("IDENTITY_PASSWORD_LENGTH", 10, validate=validate.Range(8, 64)) or 10),
        issuer=env.str("TOKEN_ISSUER", DEFAULT_ISSUER, validate=validate.Length(1, 200)) or DEFAULT_ISSUER,
        access_lifetime=timedelta(
            minutes=env.float("IDENTITY_ACCESS_MINUTES", 5.0, validate=validate.Range(0.1, 60)) or 5
        ),
        session_idle=timedelta(hours=env.int("IDENTITY_SESSION_IDLE_HOURS", 72, validate=positive) or 72),
        session_lifetime=timedelta(days=env.int("IDENTITY_SESSION_DAYS", 30, validate=positive) or 30),
        device_lifetime=timedelta(days=env.int("IDENTITY_DEVICE_DAYS", 180, validate=positive) or 180),
        activation_lifetime=timedelta(hours=env.int("IDENTITY_ACTIVATION_HOURS", 168, validate=positive) or 168),
        log_kept=timedelta(
            days=env.int(
                "IDENTITY_LOG_DAYS",
                400,
                validate=validate.Range(
                    min=LOG_DAYS_BY_LAW,
                    error="must be at least {min}: the law asks for six months of network logs.",
                ),
            )
            or 400
        ),
    )


def _check_keys(text: str) -> None:
    try:
        Keyring(text)
    except BadKey as error:
        raise ValidationError(
            f"{error}; give 32 random bytes in base64, for example from `openssl rand -base64 32`."
        ) from error


def _is_key(text: str) -> bool:
    try:
        Keyring(text)
    except BadKey:
        return False
    return True


def _no_keyring() -> Keyring:
    """Stands in while the environment is being checked; ``read`` refuses the whole before anybody uses it."""
    return Keyring("A" * 43)
