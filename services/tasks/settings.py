"""What the tasks service is told: the mail server of notices, how document numbers begin, the keys that sign bundles
and check-in codes, and where accounts are in xAPI; all prefixed ``TASKS_``. Durations are in seconds.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace

from environs import Env
from marshmallow import ValidationError, validate

from chassis.config import ConfigurationError, secret
from chassis.mail import MailServer
from chassis.mail_config import mail_server
from services.tasks.export_keys import BadExportKey, Signer
from services.tasks.handlers.dispatch import PREFIX

# A name that nobody has (RFC 2606): statements are well formed, and nobody takes them for another system's.
NO_HOME = "https://mingjing.invalid"
# Growing; the last one goes for as long as the server stays away.
RETRY_WAITS = [30, 60, 120, 300, 600, 900]


@dataclass(frozen=True)
class Postbox:
    """How notices leave by mail: ``sender`` is whom they come from, ``console_url`` where people read them."""

    server: MailServer = field(repr=False)
    sender: str
    console_url: str
    timeout: float
    retry_waits: tuple[float, ...]


@dataclass(frozen=True)
class TasksSettings:
    """``postbox`` is None where no mail server is set: then notices are read in the console alone. ``dispatch_prefix``:
    what document numbers begin with, as in ``明司转〔2026〕12号``. ``signer``: of bundles of whole cases, by the key of
    ``TASKS_EXPORT_KEY``; None where there is none: then no case is exported. ``check_in_key``: of the codes that study
    sessions show; None where there is none: then nobody checks in by code. ``xapi_home``: the IRI in which the accounts
    of xAPI statements are, without a slash at its end.
    """

    postbox: Postbox | None = None
    dispatch_prefix: str = PREFIX
    signer: Signer | None = None
    check_in_key: bytes | None = field(default=None, repr=False)
    xapi_home: str = NO_HOME


def load_settings(env: Env) -> TasksSettings:
    """Read by the chassis at start; every wrong value is named at once."""
    server = mail_server(env, "TASKS_SMTP_URL")
    sender = env.str("TASKS_MAIL_FROM", "", validate=_address) or ""
    console_url = (env.str("TASKS_CONSOLE_URL", "", validate=_web_address) or "").rstrip("/")
    timeout = env.float("TASKS_MAIL_TIMEOUT_SECONDS", 10.0, validate=validate.Range(0.1, 60))
    waits = env.list("TASKS_MAIL_RETRY_WAITS", RETRY_WAITS, subcast=float, validate=[validate.Length(min=1), _growing])
    prefix = env.str("TASKS_DISPATCH_PREFIX", PREFIX, validate=_short_name) or PREFIX
    xapi_home = (env.str("TASKS_XAPI_HOME", NO_HOME, validate=_web_address) or NO_HOME).rstrip("/")
    own = TasksSettings(None, prefix, _signer(env), _check_in_key(env), xapi_home)
    if server is None:
        return own
    missing = [name for name, value in (("MAIL_FROM", sender), ("CONSOLE_URL", console_url)) if not value]
    if missing:
        raise ConfigurationError([f"TASKS_{name}: is missing; TASKS_SMTP_URL needs it." for name in missing])
    return replace(own, postbox=Postbox(server, sender, console_url, timeout, tuple(waits or ())))


def _check_in_key(env: Env) -> bytes | None:
    text = secret(env, "TASKS_CHECK_IN_KEY", default="", validate=_key_of_32_bytes)
    return base64.b64decode(text) if text else None


def _key_of_32_bytes(value: str) -> None:
    try:
        fits = not value or len(base64.b64decode(value.strip(), validate=True)) == 32
    except ValueError:
        fits = False
    if not fits:
        raise ValidationError("must be 32 random bytes in base64, as `openssl rand -base64 32` prints them.")


def _signer(env: Env) -> Signer | None:
    text = secret(env, "TASKS_EXPORT_KEY", default="")
    try:
        return Signer.read(text) if text else None
    except BadExportKey as error:
        fault = f"TASKS_EXPORT_KEY (or TASKS_EXPORT_KEY_FILE): {error}; 'mingjing keys generate' makes the file."
        raise ConfigurationError([fault]) from error


def _address(value: str) -> None:
    if value:
        validate.Email(error="must be a mail address, for example mingjing@sfj.example.gov.cn.")(value)
        if not value.isascii():
            raise ValidationError("must be a mail address in its ASCII form.")


def _web_address(value: str) -> None:
    if value and not value.startswith(("https://", "http://")):
        raise ValidationError("must be a web address, for example https://mingjing.example.gov.cn/console.")


def _short_name(value: str) -> None:
    if not re.fullmatch(r"[^\s\d〔〕]{1,20}", value):
        raise ValidationError("must be 1 to 20 characters without spaces, digits and 〔〕, for example 明司.")


def _growing(waits: list[float]) -> None:
    if any(wait <= 0 for wait in waits) or sorted(waits) != waits:
        raise ValidationError("must be positive seconds that do not shrink, for example 30,60,300.")
