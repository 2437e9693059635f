"""Where channels may connect to: never into our own networks, by whatever name."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_network

import pytest

from chassis.connecting import Deadline, NotSent
from services.publicity.channels import outbound


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "::7f00:1",
        "::2",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_an_address_inside_is_refused(address):
    assert not outbound.is_permitted(address, ())


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:1.1.1.1"])
def test_a_public_address_is_permitted(address):
    assert outbound.is_permitted(address, ())


def test_an_allowed_network_is_permitted_and_nothing_beside_it():
    allowed = (ip_network("10.8.0.0/16"),)
    assert outbound.is_permitted("10.8.4.4", allowed)
    assert outbound.is_permitted("::ffff:10.8.4.4", allowed)
    assert not outbound.is_permitted("10.9.0.1", allowed)


def test_allowing_the_loopback_network_allows_localhost_in_both_its_spellings():
    allowed = (ip_network("127.0.0.0/8"),)
    assert outbound.is_permitted("::1", allowed)
    assert outbound.resolve("localhost", 80, allowed)
    assert not outbound.is_permitted("::2", allowed)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost"])
def test_other_spellings_of_an_inner_address_are_seen_through(host):
    with pytest.raises((outbound.AddressRefused, NotSent)):
        outbound.resolve(host, 80, ())


def test_one_inner_address_among_public_ones_refuses_the_name(monkeypatch):
    answers_with(monkeypatch, ["1.1.1.1", "127.0.0.1"])
    with pytest.raises(outbound.AddressRefused):
        outbound.resolve("partner.example", 443, ())


def test_the_name_is_asked_for_once_and_the_checked_address_is_connected_to(monkeypatch):
    asked = answers_with(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        allowed = (ip_network("127.0.0.0/8"),)
        connection = outbound.connect("partner.example", port, Deadline(60), allowed)
        assert connection.getpeername()[0] == "127.0.0.1"
        connection.close()
    assert len(asked) == 1


def test_a_name_server_that_never_answers_takes_no_longer_than_the_deadline(monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.wait())
    with pytest.raises(NotSent) as failure:
        outbound.resolve("partner.example", 443, (), seconds=0.2)
    assert failure.value.code == "name_not_found"
    answers.set()


def answers_with(monkeypatch, *answers):
    """Name resolution that gives one list of addresses after the other, as a rebinding name server does."""
    asked = []

    def getaddrinfo(host, port, *_, **__):
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
