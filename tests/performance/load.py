"""The load: so many requests at a time over connections that stay open. What it uses itself is not counted."""

import http.client
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import orjson

DEADLINE_S = 30.0

Operation = Callable[["Client", int], Any]


class Client:
    """One open connection to the gateway; paths are below /api/v1."""

    def __init__(self, address: str, token: str | None = None) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE_S)
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def send(self, method: str, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        """The JSON that is answered; an AssertionError with it unless the status is 2xx."""
        self._connection.request(method, f"/api/v1{path}", orjson.dumps(body), self._headers | headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {content.decode(errors='replace')}"
        return orjson.loads(content)

    def close(self) -> None:
        self._connection.close()


def run(make_client: Callable[[], Client], operation: Operation, operations: int, in_flight: int) -> list[float]:
    """Does `operation(client, number)` so many times, so many at a time; how long each took, in seconds."""
    numbers = iter(range(operations))
    taking, delays = Lock(), list[float]()

    def work() -> None:
        client = make_client()
        try:
            while True:
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
        for running in [threads.submit(work) for _ in range(in_flight)]:
            running.result()
    return delays
