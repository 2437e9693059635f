"""Connections to addresses that other people named: checked, pinned to the checked address, ended at a
deadline.

A name is resolved once; every address it stands for must be public or in an allowed network, and the
connection goes to the very address that was checked, so that a second answer of the name server (DNS
rebinding) changes nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from chassis import connecting
from chassis.connecting import Deadline, code_of
from services.publicity.settings import Network

# RFC 6052: an IPv4 address inside an IPv6 one, which a gateway translates back.
_NAT64 = IPv6Network("64:ff9b::/96")
# How long a person who sets up a channel waits for a name.
LOOKUP_SECONDS = 2.0


class AddressRefused(Exception):
    """The target is, or resolves to, an address that channels may not reach."""


class NoAnswer(Exception):
    """It was handed over, wholly or in part, and the answer never came: the other side may have taken it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What an HTTP server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]


def is_permitted(address: str, allowed: Sequence[Network]) -> bool:
    """Whether channels may connect to this IP address; addresses that hide another are judged by both."""
    ip = ip_address(address.split("%", 1)[0])
    hidden = _hidden(ip)
    if hidden is not None:
        return is_permitted(str(hidden), allowed)
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(
    host: str, port: int, allowed: Sequence[Network] | None, seconds: float = LOOKUP_SECONDS
) -> list[connecting.Address]:
    """The addresses of a host, all of them permitted; ``AddressRefused``, or ``NotSent`` when it has none.

    ``allowed=None``: the operator named the host in the settings, nothing is checked.
    """
    addresses = connecting.addresses_of(host, port, seconds)
    if allowed is not None and not all(is_permitted(address, allowed) for _, (address, _) in addresses):
        raise AddressRefused
    return addresses


def connect(host: str, port: int, deadline: Deadline, allowed: Sequence[Network] | None) -> socket.socket:
    """A connection to the first address that accepts one; as ``resolve``, and ``NotSent`` when none does."""
    return connecting.connect(resolve(host, port, allowed, deadline.left), deadline)


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, allowed: Sequence[Network]) -> Answer:
    """POST once, within ``timeout`` seconds in all. Raises ``AddressRefused``, ``NotSent`` and ``NoAnswer``."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    deadline = Deadline(timeout)
    with deadline.watch():
        connection = connect(host, port, deadline, allowed)
        if secure:
            connection = connecting.start_tls(connection, host, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        channel = http.client.HTTPConnection(host, port)
        channel.sock = connection
        try:
            channel.request("POST", target, body=body, headers={**headers, "Connection": "close"})
            answer = channel.getresponse()
            if deadline.passed:
                # The parser takes the end of a connection for the end of the headers.
                raise TimeoutError
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()})
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer("timeout" if deadline.passed else code_of(error)) from error
        finally:
            channel.close()


def _hidden(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip.is_loopback:
        # One machine, two spellings: whoever allows 127.0.0.0/8 means "localhost", which has both.
        return IPv4Address("127.0.0.1")
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
