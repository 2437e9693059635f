"""The environment is checked at start, and every wrong value is named."""

from __future__ import annotations

import base64
from ipaddress import ip_network

import pytest

from chassis.config import ConfigurationError, read
from chassis.mail import MailServer
from services.publicity.settings import load_settings

KEY = base64.b64encode(bytes(32)).decode()


def settings(**environ: str):
    (found,) = read(load_settings, environ={"PUBLICITY_SECRETS_KEY": KEY, **environ})
    return found


def test_only_the_key_is_needed():
    found = settings()
    assert found.secrets_key == bytes(32)
    assert (found.allowed_networks, found.mail_server, found.public_url) == ((), None, None)
    assert list(found.retry_waits) == sorted(found.retry_waits)


def test_waits_networks_and_the_mail_server_are_read():
    found = settings(
        PUBLICITY_RETRY_WAITS="0.2,0.5",
        PUBLICITY_ALLOWED_PRIVATE_NETWORKS="127.0.0.0/8,fd00::/8",
        PUBLICITY_SMTP_URL="smtp+starttls://news:p%40ss@mail.example.org:587",
        PUBLICITY_PUBLIC_URL="https://sfj.example.gov.cn/",
    )
    assert found.retry_waits == (0.2, 0.5)
    assert found.allowed_networks == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert found.mail_server == MailServer("mail.example.org", 587, "starttls", "news", "p@ss")
    assert "p@ss" not in repr(found)
    assert found.public_url == "https://sfj.example.gov.cn"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLICITY_SECRETS_KEY", "c2hvcnQ="),
        ("PUBLICITY_RETRY_WAITS", "5,1"),
        ("PUBLICITY_ALLOWED_PRIVATE_NETWORKS", "10.0.0.1/8"),
        ("PUBLICITY_SMTP_URL", "http://mail.example.org"),
        ("PUBLICITY_CHANNEL_CONCURRENCY", "0"),
    ],
)
def test_a_wrong_value_is_named(name, value):
    with pytest.raises(ConfigurationError) as wrong:
        settings(**{name: value})
    assert any(name in problem for problem in wrong.value.problems)


def test_a_missing_key_is_named():
    with pytest.raises(ConfigurationError) as wrong:
        read(load_settings, environ={})
    assert any("PUBLICITY_SECRETS_KEY" in problem for problem in wrong.value.problems)
