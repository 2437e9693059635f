"""One AMQP connection as both worlds use it: services (greenlets) and the gateway (threads).

What is done to py-amqp is done here and in ``deliveries``, nowhere else: it reads ahead (a frame otherwise takes three
``recv`` calls), messages that lie there whole are taken out in one go, and several frames can be gathered into one
``send``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import AMQPError
from kombu import Connection

from chassis.broker.deliveries import deliver

# What losing, or failing to make, a connection looks like. EOFError: another greenlet closed it under a read or write.
LOST = (OSError, AMQPError, EOFError)

HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 5
WRITE_SECONDS = 5
_READ_AHEAD = 65536


class Wire:
    """Makes connections to the broker at ``uri`` (several addresses are parted by ``;`` and tried in turn).

    ``read_seconds``: a read that has waited for so long ends with ``TimeoutError`` (threads only).
    """

    def __init__(self, uri: str, name: str, *, read_seconds: float | None = None) -> None:
        self._read_seconds = read_seconds
        self._kombu = Connection(
            uri,
            connect_timeout=CONNECT_SECONDS,
            heartbeat=HEARTBEAT_SECONDS,
            transport_options={
                "client_properties": {"connection_name": name},
                "write_timeout": WRITE_SECONDS,
                "read_timeout": read_seconds,
                "confirm_publish": False,
            },
        )
        self.address = self._kombu.as_uri()

    def patience(self, connection: Any) -> float | None:
        """What ``drain_events`` is to be told so that it waits for ``read_seconds`` at most.

        Nothing where the kernel sees to it: py-amqp would switch the socket, in which other threads write, to and fro
        at each read. Over TLS the ssl module waits on, whatever the kernel says.
        """
        return None if _reads_plainly(connection.transport) else self._read_seconds

    def connect(self) -> Any:
        """A new ``amqp.Connection``, or one of ``LOST`` after at most a few seconds an address."""
        try:
            connection = self._kombu.transport.establish_connection()
        except LOST:
            self._kombu.maybe_switch_next()
            raise
        # py-amqp would read from the socket before every publish to look for connection.blocked, racing the reader.
        connection.client_properties.get("capabilities", {})["connection.blocked"] = False
        _read_ahead(connection.transport)
        return connection


def drop(connection: Any) -> None:
    """Lets a connection go without the closing handshake, which a frozen broker would never answer."""
    if connection is not None:
        connection.collect()


def take(connection: Any, seconds: float | None) -> int:
    """Hands what has come to whom it is for, and waits for it: the messages that came together, or one answer of the
    broker. How many; ``TimeoutError`` when nothing whole came in time, ``LOST`` when nothing more will."""
    transport = connection.transport
    if _reads_plainly(transport):
        if not transport._read_buffer:
            with transport.having_timeout(seconds):
                transport._read_buffer = transport._quick_recv(_READ_AHEAD)
        if taken := deliver(connection):
            return taken
    connection.drain_events(timeout=seconds)
    return 1


def buffered(connection: Any) -> bool:
    """Whether frames were read ahead, so that the socket need not be readable for there to be some."""
    return bool(connection.transport._read_buffer)


@contextmanager
def gathered(connection: Any) -> Iterator[None]:
    """Within it, what is written to ``connection`` is kept and then sent in one go."""
    transport = connection.transport
    send: Callable[[Any], Any] = transport._write
    chunks: list[bytes] = []
    transport._write = lambda chunk: chunks.append(bytes(chunk))
    try:
        yield
    finally:
        transport._write = send
    if chunks:
        transport.write(b"".join(chunks))
        connection.bytes_sent += 1


def _read_ahead(transport: Any) -> None:
    # Only the plain transport reads exactly what is asked for; the TLS one reads ahead by itself.
    if not _reads_plainly(transport):
        return
    receive = transport._quick_recv

    def receive_ahead(count: int) -> Any:
        try:
            return receive(max(count, _READ_AHEAD))
        except BlockingIOError:
            # py-amqp would try again for ever; so it keeps what came of a frame, and its caller looks around.
            raise TimeoutError from None

    transport._quick_recv = receive_ahead


def _reads_plainly(transport: Any) -> bool:
    return type(transport).__name__ == "TCPTransport"
