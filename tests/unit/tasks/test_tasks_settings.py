"""The environment is checked at start, and every wrong value is named."""

from __future__ import annotations

import base64

import pytest

from chassis.config import ConfigurationError, read
from chassis.mail import MailServer
from services.tasks.settings import TasksSettings, load_settings

MAIL = {
    "TASKS_SMTP_URL": "smtps://notices:p%40ss@mail.example.org",
    "TASKS_MAIL_FROM": "mingjing@sfj.example",
    "TASKS_CONSOLE_URL": "https://mingjing.sfj.example/console/",
}


def settings(**environ: str) -> TasksSettings:
    (found,) = read(load_settings, environ=environ)
    return found


def problems_of(**environ: str) -> str:
    with pytest.raises(ConfigurationError) as wrong:
        settings(**environ)
    return "\n".join(wrong.value.problems)


def test_nothing_is_needed_and_then_no_mail_is_sent() -> None:
    assert settings().postbox is None


def test_the_mail_server_is_read_and_its_password_is_never_shown() -> None:
    postbox = settings(**MAIL).postbox
    assert postbox is not None
    assert postbox.server == MailServer("mail.example.org", 465, "tls", "notices", "p@ss")
    assert (postbox.sender, postbox.console_url) == ("mingjing@sfj.example", "https://mingjing.sfj.example/console")
    assert list(postbox.retry_waits) == sorted(postbox.retry_waits)
    assert "p@ss" not in repr(settings(**MAIL))


def test_a_mail_server_needs_a_sender_and_the_consoles_address() -> None:
    named = problems_of(TASKS_SMTP_URL=MAIL["TASKS_SMTP_URL"])
    assert "TASKS_MAIL_FROM" in named
    assert "TASKS_CONSOLE_URL" in named


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TASKS_SMTP_URL", "mail.example.org"),
        ("TASKS_MAIL_FROM", "nobody"),
        ("TASKS_CONSOLE_URL", "mingjing.sfj.example"),
        ("TASKS_MAIL_TIMEOUT_SECONDS", "0"),
        ("TASKS_MAIL_RETRY_WAITS", "60,30"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    assert name in problems_of(**{**MAIL, name: value})


def test_document_numbers_begin_with_the_bureaus_short_name_with_or_without_a_mail_server() -> None:
    assert settings().dispatch_prefix == "明司"
    assert settings(TASKS_DISPATCH_PREFIX="宁司").dispatch_prefix == "宁司"
    assert settings(**MAIL, TASKS_DISPATCH_PREFIX="宁司").dispatch_prefix == "宁司"


@pytest.mark.parametrize("prefix", ["明 司", "明司2026", "明司〔", "司" * 21])
def test_a_prefix_that_would_spoil_a_document_number_is_refused(prefix: str) -> None:
    assert "TASKS_DISPATCH_PREFIX" in problems_of(TASKS_DISPATCH_PREFIX=prefix)


def test_check_in_codes_have_a_key_of_32_bytes_or_none() -> None:
    assert settings().check_in_key is None
    key = base64.b64encode(bytes(range(32))).decode()
    assert settings(TASKS_CHECK_IN_KEY=key).check_in_key == bytes(range(32))
    assert settings(**MAIL, TASKS_CHECK_IN_KEY=key).check_in_key == bytes(range(32))
    assert key not in repr(settings(TASKS_CHECK_IN_KEY=key))


@pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_check_in_key_that_is_none_is_named_and_not_repeated(key: str) -> None:
    named = problems_of(TASKS_CHECK_IN_KEY=key)
    assert "TASKS_CHECK_IN_KEY" in named
    assert key not in named


def test_the_accounts_of_statements_are_at_a_web_address() -> None:
    assert settings().xapi_home == "https://mingjing.invalid"
    assert settings(TASKS_XAPI_HOME="https://mj.sfj.example/").xapi_home == "https://mj.sfj.example"
    assert "TASKS_XAPI_HOME" in problems_of(TASKS_XAPI_HOME="mj.sfj.example")
