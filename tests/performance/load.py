"""The load: so many requests at a time over connections that stay open. What it uses itself is not counted."""

import http.client
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

import orjson

DEADLINE_S = 30.0


class Client:
    """One open connection to the gateway; paths are below /api/v1."""

    def __init__(self, address: str, token: str | None = None) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE_S)
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, status: int | None = None, **headers: str
    ) -> Any:
        """The JSON that is answered, None for no content; an AssertionError with it unless the status is this one, or
        2xx.
        """
        content = None if body is None else orjson.dumps(body)
        self._connection.request(method, f"/api/v1{path}", content, self._headers | headers)
        answer = self._connection.getresponse()
        text = answer.read()
        expected = 200 <= answer.status < 300 if status is None else answer.status == status
        assert expected, f"{method} {path}: {answer.status} {text.decode(errors='replace')}"
        return orjson.loads(text) if text else None

    def send_bytes(self, path: str, content: bytes, content_type: str, **headers: str) -> bytes:
        """What is answered to a POST of these bytes; an AssertionError with it unless it is 2xx."""
        self._connection.request("POST", f"/api/v1{path}", content, {"Content-Type": content_type} | headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert 200 <= answer.status < 300, f"POST {path}: {answer.status} {text.decode(errors='replace')}"
        return text

    def close(self) -> None:
        self._connection.close()


# What the client does; the number counts all operations of a load from 0.
Operation = Callable[[Client, int], Any]


def run(clients: Callable[[int], Client], operation: Operation, operations: int, in_flight: int) -> list[float]:
    """Does `operation` so many times, so many at a time; how long each took, in seconds.

    `clients(n)` makes the client of the n-th of those that work at the same time. The first failure ends the load.
    """
    numbers, taking, stopped = iter(range(operations)), Lock(), Event()
    delays: list[float] = []

    def work(worker: int) -> None:
        client = clients(worker)
        try:
            while not stopped.is_set():
                with taking:
                    number = next(numbers, None)
                if number is None:
                    return
                began = time.perf_counter()
                operation(client, number)
                delays.append(time.perf_counter() - began)
        finally:
            client.close()

    with ThreadPoolExecutor(in_flight) as threads:
        try:
            working = [threads.submit(work, worker) for worker in range(in_flight)]
            wait(working, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
    for worker in working:
        worker.result()
    return delays
