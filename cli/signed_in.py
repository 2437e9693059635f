"""The gateway as a person calls it: signed in with their own account, and signed out at the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import click
import requests

API = "/api/v1"
_TIMEOUT_SECONDS = 30.0
_PIECE_BYTES = 256 * 1024
_HERE = ("localhost", "127.0.0.1", "::1")


class Refused(click.ClickException):
    """The gateway refused: nothing was done. The message is its own; ``status`` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Unanswered(click.ClickException):
    """Nobody knows whether it was done."""


class SignedIn:
    """Paths are below ``/api/v1``. What is refused or not answered ends the command, and says so."""

    def __init__(self, gateway: str, authority: str | None = None) -> None:
        _check_private(gateway)
        self._base = gateway.rstrip("/") + API
        self._session = requests.Session()
        # Neither a proxy of the surroundings nor a .netrc has a say in who speaks to the gateway.
        self._session.trust_env = False
        self._session.verify = authority or True
        self._session.headers["Accept-Language"] = "en"

    def sign_in(self, username: str, password: str, otp: str | None) -> None:
        """Ends the command when the account, the password or the code is wrong."""
        credentials = {"username": username, "password": password, **({"otp": otp} if otp else {})}
        token = self.call("POST", "/sessions", json=credentials)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(
        self, method: str, path: str, *, version: int | None = None, once: str | None = None, **options: Any
    ) -> Any:
        """The JSON of the answer, None without content. ``version``: what the change builds on (``If-Match``).
        ``once``: what a POST is done once for, if it may be sent again (``Idempotency-Key``).
        """
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        if method == "POST":
            headers["Idempotency-Key"] = once or str(uuid.uuid4())
        answer = self._answer(method, path, headers=headers, **options)
        return answer.json() if answer.content else None

    @contextmanager
    def fetching(self, path: str, **params: str) -> Iterator[Iterator[bytes]]:
        """The bytes of a file as they come, never all at once."""
        answer = self._answer("GET", path, params=params, stream=True)
        try:
            yield _pieces(answer, self._base)
        finally:
            answer.close()

    def _answer(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self._asked(method, path, **options)
        if answer.status_code == 401 and "Authorization" in self._session.headers and self._refreshed():
            answer.close()
            answer = self._asked(method, path, **options)
        if answer.status_code >= 500:
            raise Unanswered(_unanswered(self._base, _told(answer)))
        if not answer.ok:
            raise Refused(_told(answer), answer.status_code)
        return answer

    def _asked(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            return self._session.request(method, self._base + path, timeout=_TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            raise Unanswered(_unanswered(self._base, type(error).__name__)) from error

    def _refreshed(self) -> bool:
        """Whether there is a new access token; they are short-lived, and a long command outlasts one."""
        # Without the old token, which is not valid any more; the cookie of the session says whose it is.
        answer = self._asked("POST", "/sessions/refresh", headers={"Authorization": None})
        if answer.ok:
            self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.ok

    def sign_out(self) -> None:
        """From now on the token is worth nothing; where that fails, it is said and the token runs out by itself."""
        try:
            self.call("DELETE", "/sessions/current")
        except click.ClickException as error:
            click.echo(f"Not signed out, the session runs out by itself: {error.message}", err=True)
        self._session.close()


@contextmanager
def signed_in(gateway: str, username: str, password: str, otp: str | None, authority: str | None) -> Iterator[SignedIn]:
    """The gateway, for as long as the person's command takes."""
    client = SignedIn(gateway, authority)
    client.sign_in(username, password, otp)
    try:
        yield client
    finally:
        client.sign_out()


def _check_private(gateway: str) -> None:
    at = urlsplit(gateway)
    if at.scheme != "https" and not (at.scheme == "http" and at.hostname in _HERE):
        raise click.ClickException(f"{gateway}: the password would travel in clear; give an address with https://.")


def _pieces(answer: requests.Response, base: str) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(_PIECE_BYTES)
    except requests.RequestException as error:
        raise Unanswered(f"The connection to {base} broke off ({type(error).__name__}).") from error


def _unanswered(base: str, why: str) -> str:
    return f"No answer from {base} ({why}). It may have been done all the same: look, then try again."


def _told(answer: requests.Response) -> str:
    """The problem in a line; never the request, which may hold a password."""
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.reason}"
    errors = "; ".join(f"{error['field']}: {error['message']}" for error in problem.get("errors", []))
    return " · ".join(part for part in (problem.get("title", ""), problem.get("detail", ""), errors) if part)
