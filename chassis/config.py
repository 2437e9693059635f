"""Configuration from the environment: read once, checked as a whole, every wrong value named at once.

A value may come from a file instead: ``NAME_FILE=/run/secrets/name`` stands for ``NAME``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from environs import Env, EnvError, EnvValidationError
from marshmallow import ValidationError, validate

from chassis.clock import OFFSET

T = TypeVar("T")

# sysexits.h: something in the configuration is wrong. Supervisors can tell it from a crash.
EXIT_CONFIGURATION = 78


class ConfigurationError(Exception):
    """The environment holds values that cannot be right. ``problems``: one sentence each, without secret values."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What every service process is told. Durations are in seconds."""

    amqp_uri: str
    mongo_uri: str
    database_prefix: str
    health_host: str
    health_port: int
    log_format: str
    log_level: str
    rpc_workers: int
    rpc_queue_type: str
    retry_waits: tuple[float, ...]
    max_attempts: int
    outbox_sweep_seconds: float
    stop_grace_seconds: float
    otlp_endpoint: str | None
    clock_file: Path | None = None


def load_settings(env: Env) -> Settings:
    """The settings of the chassis itself; see ``read`` for errors."""
    return Settings(
        amqp_uri=uri(env, "AMQP_URI", ("amqp://", "amqps://"), "amqp://user:password@host:5672/vhost"),
        mongo_uri=uri(env, "MONGO_URI", ("mongodb://", "mongodb+srv://"), "mongodb://host:27017/?replicaSet=rs0"),
        database_prefix=env.str("DATABASE_PREFIX", "", validate=validate.Regexp("^[a-z0-9_]{0,40}$")),
        health_host=env.str("HEALTH_HOST", "127.0.0.1"),
        health_port=env.int("HEALTH_PORT", 0, validate=validate.Range(0, 65535)),
        log_format=env.str("LOG_FORMAT", "json", validate=validate.OneOf(["json", "text"])),
        log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
        rpc_workers=env.int("RPC_WORKERS", 32, validate=validate.Range(1, 1000)),
        rpc_queue_type=env.str("RPC_QUEUE_TYPE", "classic", validate=validate.OneOf(["classic", "quorum"])),
        retry_waits=tuple(
            env.list(
                "RETRY_WAITS",
                [5.0, 60.0, 600.0],
                subcast=float,
                validate=[validate.Length(min=1, max=8), _growing],
            )
            or ()
        ),
        max_attempts=env.int("MAX_ATTEMPTS", 8, validate=validate.Range(1, 100)),
        outbox_sweep_seconds=env.float("OUTBOX_SWEEP_SECONDS", 5.0, validate=validate.Range(0.05, 300)),
        stop_grace_seconds=env.float("STOP_GRACE_SECONDS", 25.0, validate=validate.Range(0, 600)),
        otlp_endpoint=env.str("OTEL_EXPORTER_OTLP_ENDPOINT", None) or None,
        clock_file=_clock_file(env),
    )


def read(*loaders: Callable[[Env], T], environ: Mapping[str, str] | None = None) -> list[T]:
    """What each loader makes of the environment; ``ConfigurationError`` names everything that any of them refuses."""
    problems: list[str] = []
    values: list[T] = []
    with _environment(environ):
        for loader in loaders:
            env = Env(eager=False)
            try:
                values.append(loader(env))
                env.seal()
            except EnvValidationError as error:
                problems += _sentences(error)
            except EnvError as error:
                problems.append(str(error))
            except ConfigurationError as error:
                problems += [*error.problems, *_kept_by(env)]
    if problems:
        raise ConfigurationError(list(dict.fromkeys(problems)))
    return values


def secret(env: Env, name: str, *, default: str | None = None, validate: Callable[[str], object] | None = None) -> str:
    """A secret from ``NAME`` or from the file that ``NAME_FILE`` names (its last line break is cut off).

    Problems are kept by ``env`` for ``read``, like those of every other value; no message repeats the value.
    """
    if f"{name}_FILE" in os.environ:
        path = env.str(f"{name}_FILE", validate=lambda path: _check(_content(path), validate))
        return _content(path) if path is not None else ""
    if default is not None:
        return env.str(name, default, validate=lambda value: _check(value, validate)) or ""
    return env.str(name, validate=lambda value: _check(value, validate)) or ""


def uri(env: Env, name: str, schemes: tuple[str, ...], example: str) -> str:
    """A required address from ``NAME`` or ``NAME_FILE``; it may hold a password, so no message repeats it."""

    def starts_right(value: str) -> None:
        if not value.startswith(schemes):
            raise ValidationError(f"must start with {' or '.join(schemes)}, for example {example}.")

    return secret(env, name, validate=starts_right)


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(f"cannot read {path} ({type(error).__name__}); name a readable text file.") from error


def _check(value: str, validate: Callable[[str], object] | None) -> None:
    if not value:
        raise ValidationError("is empty.")
    if validate is not None:
        validate(value)


def _clock_file(env: Env) -> Path | None:
    """The file of a driven clock (chassis/clock.py), for a test's own databases alone: never for those of a bureau."""

    def fits(path: str) -> None:
        if path and not os.environ.get("DATABASE_PREFIX"):
            raise ValidationError("drives the clock of a test, which has a DATABASE_PREFIX; leave it out.")
        if path and not (Path(path).is_file() and Path(path).stat().st_size == OFFSET.size):
            raise ValidationError(f"must name a file of {OFFSET.size} bytes.")

    path = env.str("CLOCK_FILE", "", validate=fits)
    return Path(path) if path else None


def _growing(waits: list[float]) -> None:
    if any(wait <= 0 for wait in waits) or sorted(waits) != waits:
        raise ValidationError("must be positive seconds that grow, for example 5,60,600.")


def _kept_by(env: Env) -> list[str]:
    """What ``env`` has found wrong so far."""
    try:
        env.seal()
    except EnvValidationError as error:
        return _sentences(error)
    return []


def _sentences(error: EnvValidationError) -> list[str]:
    found = error.error_messages
    if isinstance(found, dict):
        return [f"{name}: {' '.join(str(part) for part in parts)}" for name, parts in found.items()]
    return [str(error)]


class _environment:
    """Reads from another mapping than the process's own environment, for tests."""

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._environ = environ
        self._saved: dict[str, str] = {}

    def __enter__(self) -> None:
        if self._environ is not None:
            self._saved = dict(os.environ)
            os.environ.clear()
            os.environ.update(self._environ)

    def __exit__(self, *_: object) -> None:
        if self._environ is not None:
            os.environ.clear()
            os.environ.update(self._saved)
