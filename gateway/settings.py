"""The gateway's configuration, from the environment; wrong values are named all at once
(chassis/config.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from environs import Env
from limits import parse_many
from marshmallow import ValidationError, validate

from chassis import config
from contracts.identity.tokens import DEFAULT_ISSUER


@dataclass(frozen=True)
class Settings:
    """Durations are in seconds; limits are written as ``5/minute;20/hour``."""

    host: str
    port: int
    workers: int
    threads: int
    transfers: int
    idle_seconds: float
    rpc_timeout_seconds: float
    rpc_in_flight: int
    token_issuer: str
    https: bool
    cors_origins: tuple[str, ...]
    trusted_proxies: int
    sign_in_limit: str
    sign_in_address_limit: str
    public_write_limit: str
    public_read_limit: str
    free_write_limit: str
    free_write_total: str
    wrong_receipt_limit: str
    wrong_receipt_total: str
    address_key: str
    challenge_key: str


def load_settings(env: Env) -> Settings:
    """See ``load`` for errors."""
    threads = env.int("GATEWAY_THREADS", 32, validate=validate.Range(1, 1024))
    return Settings(
        host=env.str("GATEWAY_HOST", "127.0.0.1"),
        port=env.int("GATEWAY_PORT", 8000, validate=validate.Range(0, 65535)),
        workers=env.int("GATEWAY_WORKERS", 1, validate=validate.Range(1, 128)),
        threads=threads,
        # Files that a worker carries at once, in and out; each takes a thread for as long as the client's line needs.
        transfers=env.int("GATEWAY_TRANSFERS", max(1, (threads or 1) // 2), validate=validate.Range(1, 1024)),
        # A body that delivers nothing for so long, or a client that takes nothing, has gone; a slow line has not.
        idle_seconds=env.float("GATEWAY_IDLE_SECONDS", 60.0, validate=validate.Range(1, 600)),
        rpc_timeout_seconds=env.float("RPC_TIMEOUT_SECONDS", 5.0, validate=validate.Range(0.1, 60)),
        rpc_in_flight=env.int("RPC_IN_FLIGHT", 256, validate=validate.Range(1, 10_000)),
        token_issuer=env.str("TOKEN_ISSUER", DEFAULT_ISSUER),
        # Whether people reach the gateway by https, possibly ended by a proxy: Secure cookies and HSTS.
        https=env.bool("GATEWAY_HTTPS", False),
        cors_origins=tuple(env.list("CORS_ORIGINS", [], validate=_origins) or ()),
        # How many proxies of ours stand in front: so many entries at the end of X-Forwarded-For are believed.
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, 10)),
        # Failed sign-ins of one user name from one address; the waits grow.
        sign_in_limit=env.str("GATEWAY_SIGN_IN_LIMIT", "8/minute;30/hour;100/day", validate=_limits),
        # Failed sign-ins from one address; a whole office may stand behind it.
        sign_in_address_limit=env.str("GATEWAY_SIGN_IN_ADDRESS_LIMIT", "120/minute;1200/hour", validate=_limits),
        # Writes without an account from one address: a village behind a shared one can report all the same.
        public_write_limit=env.str("GATEWAY_PUBLIC_WRITE_LIMIT", "600/minute;6000/hour", validate=_limits),
        # Of these, what an address and all together may do without a proof of work (gateway/challenges).
        free_write_limit=env.str("GATEWAY_FREE_WRITE_LIMIT", "30/minute", validate=_limits),
        free_write_total=env.str("GATEWAY_FREE_WRITE_TOTAL", "300/minute", validate=_limits),
        # Receipts that nobody has, from an address and from all, until the next one needs a proof of work or a wait.
        wrong_receipt_limit=env.str("GATEWAY_WRONG_RECEIPT_LIMIT", "20/minute;100/10 minutes", validate=_limits),
        wrong_receipt_total=env.str("GATEWAY_WRONG_RECEIPT_TOTAL", "600/minute", validate=_limits),
        # Reads without an account from one address, a worker process.
        public_read_limit=env.str("GATEWAY_PUBLIC_READ_LIMIT", "6000/minute", validate=_limits),
        # Addresses and user names are counted under a keyed hash; replicas that share limits share this key.
        address_key=config.secret(env, "GATEWAY_ADDRESS_KEY", default=""),
        # Challenges are signed with it; replicas that share it accept each other's.
        challenge_key=config.secret(env, "GATEWAY_CHALLENGE_KEY", default=""),
    )


def load(environ: Mapping[str, str] | None = None) -> tuple[Settings, config.Settings]:
    """The gateway's settings and the chassis's; ``ConfigurationError`` names every wrong value."""
    own, chassis = config.read(load_settings, config.load_settings, environ=environ)
    return own, chassis  # type: ignore[return-value]


def _limits(value: str) -> None:
    try:
        parse_many(value)
    except ValueError:
        raise ValidationError("must be limits such as 5/minute;20/hour.") from None


def _origins(values: list[str]) -> None:
    for value in values:
        if not value.startswith(("https://", "http://")) or value.count("/") != 2:
            raise ValidationError(f"{value} is no origin; write https://host, without a path.")
