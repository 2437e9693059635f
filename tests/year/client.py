"""Somebody's browser: signed in for as long as it is used, over connections that stay open."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import urllib3

TIMEOUT_S = 30.0
# A connection may be closed at the moment at which it is used again: what was not answered is sent again.
AGAIN = urllib3.Retry(connect=2, read=2, redirect=0, status=0, other=0, allowed_methods=None)
CONNECTIONS = 16


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Client:
    """Stays signed in by the refresh cookie, and sends again what was not answered. Thread-safe.

    ``ran_out``: its access token has run out, as the clock says; without it, a refused one tells.
    """

    # Shared by all: nothing of a session is on a connection.
    _connections = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=TIMEOUT_S, retries=AGAIN)

    def __init__(self, address: str, username: str | None = None, password: str = "") -> None:
        self._address = f"{address}/api/v1"
        self._session = httpx.Client(base_url=self._address, timeout=TIMEOUT_S, trust_env=False)
        self._refreshing = threading.Lock()
        self._token = ""
        self.ran_out = False
        if username is not None:
            answer = self._session.post("/sessions", json={"username": username, "password": password})
            assert answer.status_code == 201, answer.text
            self._token = answer.json()["access_token"]

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Answer:
        """The answer, whatever it is. ``json``: the body; ``files``: it is a form with these."""
        headers = {**(headers or {}), **({"Idempotency-Key": secrets.token_hex(16)} if method == "POST" else {})}
        sent = {"json": json} if json is not None else {"fields": files or params} if files or params else {}
        token = self._token
        if token and self.ran_out:
            token = self._refreshed(token)
        answer = self._send(method, path, token, headers, sent)
        if answer.status_code == 401 and token:
            answer = self._send(method, path, self._refreshed(token), headers, sent)
        return answer

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of what is there."""
        answer = self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def pages(self, path: str, **parameters: Any) -> Iterator[Any]:
        """All items of a list."""
        cursor = None
        while True:
            page = self.get(path, **parameters, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def close(self) -> None:
        self._session.close()

    def _send(self, method: str, path: str, token: str, headers: Mapping[str, str], sent: Mapping[str, Any]) -> Answer:
        signed = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        answer = self._connections.request(method, f"{self._address}{path}", headers=signed, **sent)
        return Answer(answer.status, answer.data)

    def _refreshed(self, token: str) -> str:
        """A token after this one."""
        with self._refreshing:
            if self._token == token:
                answer = self._session.post("/sessions/refresh")
                assert answer.status_code == 200, answer.text
                self._token, self.ran_out = answer.json()["access_token"], False
            return self._token
