"""What the areas of the seed work with: signed-in HTTP clients, the broker for the first account, words for people."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click
import requests

from cli.progress import progress
from contracts.operation import Operation

T = TypeVar("T")

API = "/api/v1"
_TIMEOUT_SECONDS = 30.0
# How long to go on when the system says 429 or 503, or is not there yet.
_PATIENCE_SECONDS = 120.0


class SeedFailed(click.ClickException):
    """The system did not do what the seed asked for; says what it answered."""


@dataclass
class Context:
    """``rpc(operation, request)`` calls a service directly, for what has no HTTP path."""

    base_url: str
    password: str = field(repr=False)
    rpc: Callable[[Operation, dict[str, Any]], Any] = field(repr=False)
    _clients: dict[str | None, Client] = field(default_factory=dict, repr=False)

    def client(self, username: str | None = None) -> Client:
        """A ``requests.Session`` signed in as one of the demo accounts; without a name, the public's."""
        if username not in self._clients:
            self._clients[username] = Client(self.base_url, username, self.password)
        return self._clients[username]

    def track(self, items: Sequence[T] | Iterable[T], what: str, *, total: int | None = None) -> Iterator[T]:
        """Yields the items and shows how far it has come."""
        return progress(items, what, total=total)

    def say(self, sentence: str) -> None:
        """One line for the person who waits."""
        click.echo(sentence, err=True)

    def wait_until(self, condition: Callable[[], T], what: str, seconds: float = 60.0) -> T:
        """The first true answer of ``condition``; ``SeedFailed`` when none came in time."""
        give_up_at = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > give_up_at:
                raise SeedFailed(f"Waited {seconds:.0f} s for {what} in vain.")
            time.sleep(0.1)


class Client(requests.Session):
    """Paths such as ``/units`` are below ``/api/v1``; others are given in full. Signs in by itself and again.

    ``get``, ``post`` … return the response whatever its status, after waiting out 429 and 503. ``api`` returns the
    JSON of an answer that must be a success.
    """

    def __init__(self, base_url: str, username: str | None, password: str) -> None:
        super().__init__()
        self._base_url = base_url.rstrip("/")
        self._username = username
        self._password = password
        # A proxy of the surroundings has no business between us and our own gateway.
        self.trust_env = False

    def api(self, method: str, path: str, body: Any = None, *, key: str | None = None, **kwargs: Any) -> Any:
        """The answer's JSON (None without a body). ``key``: an Idempotency-Key, the same for the same thing."""
        headers = {**kwargs.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        if body is not None:
            kwargs["json"] = body
        response = self.request(method, path, headers=headers, **kwargs)
        if not response.ok:
            raise SeedFailed(f"{method} {path}: {_told(response)}")
        return response.json() if response.content else None

    def items(self, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """Everything in a list, page by page."""
        cursor: str | None = None
        while True:
            parameters = {**filters, "limit": 200, **({"cursor": cursor} if cursor else {})}
            page = self.api("GET", path, params=parameters)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """As in requests."""
        kwargs.setdefault("timeout", _TIMEOUT_SECONDS)
        headers = dict(kwargs.pop("headers", None) or {})
        if method == "POST":
            # A request that is repeated after 503 may have been carried out.
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        if self._username is not None and "Authorization" not in self.headers:
            self._sign_in()
        response = self._patiently(method, self._address(url), *args, headers=headers, **kwargs)
        if response.status_code == 401 and self._username is not None:
            self._sign_in()
            response = self._patiently(method, self._address(url), *args, headers=headers, **kwargs)
        return response

    def _sign_in(self) -> None:
        self.headers.pop("Authorization", None)
        credentials = {"username": self._username, "password": self._password}
        response = self._patiently("POST", self._address("/sessions"), json=credentials, timeout=_TIMEOUT_SECONDS)
        if response.status_code != 201:
            raise SeedFailed(f"Cannot sign in as {self._username}: {_told(response)}")
        self.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def _patiently(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                response = super().request(method, url, *args, **kwargs)
            except requests.ConnectionError as error:
                if time.monotonic() > give_up_at:
                    raise SeedFailed(f"Nothing answers at {self._base_url}; start the system first.") from error
                time.sleep(0.5)
                continue
            wait = float(response.headers.get("Retry-After", 1))
            if response.status_code not in (429, 503) or time.monotonic() + wait > give_up_at:
                return response
            time.sleep(wait)

    def _address(self, url: str) -> str:
        if url.startswith(("http://", "https://")):
            return url
        return f"{self._base_url}{'' if url.startswith(API) else API}{url}"


def _told(response: requests.Response) -> str:
    """The problem in a line; never the request, which may hold passwords."""
    try:
        problem = response.json()
    except ValueError:
        return f"{response.status_code} {response.reason}"
    errors = "; ".join(f"{error['field']}: {error['message']}" for error in problem.get("errors", []))
    parts = [str(response.status_code), problem.get("title", ""), problem.get("detail", ""), errors]
    return " · ".join(part for part in parts if part)
