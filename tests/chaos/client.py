"""HTTP as the API asks of its clients: a request without an answer is repeated under the same key."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

# Longer than the gateway takes to say 503.
ANSWER_S = 10.0
# Longer than any outage of a run; who gave up by then was let down.
PATIENCE_S = 90.0
# People wait for as long as Retry-After says; here every outage shall meet requests.
PAUSE_S = 0.25

AWAY = (429, 502, 503, 504)


class NoAnswer(Exception):
    """Not acknowledged within the client's patience; whether it was carried out is not known."""


class Unexpected(Exception):
    """An answer that no fault excuses."""


class Tally:
    """What all clients of a run did, counted; shared by their threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.sent = self.acknowledged = self.repeated = self.in_flight = 0

    @contextmanager
    def sending(self, *, again: bool) -> Iterator[None]:
        """Counts one request while it is under way."""
        with self._lock:
            self.sent += 1
            self.repeated += again
            self.in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1

    def acknowledge(self) -> None:
        """Counts one success."""
        with self._lock:
            self.acknowledged += 1


class Client:
    """One person's browser: paths are below /api/v1. To be used by one thread."""

    def __init__(self, address: str, tally: Tally, *, patience_s: float = PATIENCE_S) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=ANSWER_S, trust_env=False)
        self._tally = tally
        self._patience_s = patience_s
        self.headers: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        wanted: Collection[int] = (200, 201),
        headers: dict[str, str] | None = None,
        **parameters: Any,
    ) -> Any:
        """The JSON of the acknowledgement, `None` without a body.

        Sends until there is one: raises `NoAnswer` when patience is over, `Unexpected` for a refusal.
        """
        every = {**self.headers, **(headers or {}), **({"Idempotency-Key": key} if key else {})}
        give_up_at = time.monotonic() + self._patience_s
        last: object = None
        for number in range(1_000_000):
            answer: httpx.Response | None = None
            with self._tally.sending(again=number > 0):
                try:
                    answer = self._http.request(method, path, json=body, headers=every, params=parameters or None)
                except httpx.TransportError as error:
                    last = error
            if answer is not None and answer.status_code in wanted:
                self._tally.acknowledge()
                return answer.json() if answer.content else None
            if answer is not None and answer.status_code not in AWAY:
                raise Unexpected(f"{method} {path} (sent {number + 1} times): {answer.status_code} {answer.text[:400]}")
            if time.monotonic() >= give_up_at:
                break
            last = answer.text[:400] if answer is not None else last
            time.sleep(PAUSE_S)
        raise NoAnswer(f"{method} {path}: not acknowledged within {self._patience_s:g} s, last seen: {last!r}")

    def sign_in(self, username: str, password: str) -> None:
        """From now on requests are this person's."""
        self.headers = {}
        session = self.ask("POST", "/sessions", {"username": username, "password": password})
        self.headers = {"Authorization": f"Bearer {session['access_token']}"}

    def sign_out(self) -> None:
        """A sign-out whose answer was lost is 401 when it is repeated: it was carried out."""
        self.ask("DELETE", "/sessions/current", wanted=(204, 401))
        self.headers = {}
