"""The gateway in this process: real routes, real tokens; the services behind it are a table of answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from chassis import clock
from contracts.call import Actor, Call
from contracts.identity.tokens import ALGORITHM, AUDIENCE, DEFAULT_ISSUER, claims_of
from contracts.operation import Operation
from gateway.app import Application, create_app
from gateway.authentication import Authenticator
from gateway.challenges.door import Door
from gateway.limits import Limits, LocalCounters
from gateway.parts import Parts
from gateway.settings import Settings, load

REQUIRED = {"AMQP_URI": "amqp://127.0.0.1:5672/", "MONGO_URI": "mongodb://127.0.0.1:27017/"}


@dataclass
class Sent:
    """One RPC as it left the gateway."""

    operation: str
    request: dict[str, Any]
    call: Call


@dataclass
class FakeServices:
    """Stands for everything behind the broker: answers by operation name, and remembers what was asked.

    An answer is a value, or an exception to raise.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    connected: bool = True

    def call(self, operation: Operation, request: dict[str, Any], call: Call) -> Any:
        self.sent.append(Sent(operation.routing_key, request, call))
        answer = self.answers.get(operation.routing_key, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def last(self) -> Sent:
        return self.sent[-1]


@dataclass
class Identity:
    """Issues tokens as identity does, with keys of its own."""

    keys: dict[str, Ed25519PrivateKey] = field(default_factory=lambda: {"k1": Ed25519PrivateKey.generate()})
    ended: list[dict[str, Any]] = field(default_factory=list)
    asked_for_keys: int = 0

    def jwk_set(self) -> list[dict[str, Any]]:
        self.asked_for_keys += 1
        return [
            {"kid": kid, "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": _x(key)} for kid, key in self.keys.items()
        ]

    def token(self, *roles: str, kid: str = "k1", session: str = "s1", **claims: Any) -> str:
        actor = Actor(
            id="p1",
            name="李明",
            roles=frozenset(roles),
            unit_id="u2",
            unit_path=("u1", "u2"),
            line="bureau",
            session_id=session,
        )
        now = clock.now()
        payload = {
            "iss": DEFAULT_ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + timedelta(minutes=10),
            **claims_of(actor),
            **claims,
        }
        return jwt.encode(payload, self.keys[kid], ALGORITHM, headers={"kid": kid})


def _x(key: Ed25519PrivateKey) -> str:
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()


MakeApp = Callable[..., Application]


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def settings() -> Settings:
    own, _ = load(REQUIRED)
    return own


@pytest.fixture
def make_app(services: FakeServices, identity: Identity, settings: Settings) -> MakeApp:
    """``make_app(public_write_limit="2/minute")``: an application with other settings than the default ones."""

    def make(**changed: Any) -> Application:
        chosen = replace(settings, **changed)
        authenticator = Authenticator(chosen.token_issuer, identity.jwk_set, lambda: identity.ended)
        limits = Limits(chosen, LocalCounters(), b"a key of the tests")
        return create_app(Parts(chosen, services, authenticator, limits, Door(chosen, limits)))

    return make


@pytest.fixture
def app(make_app: MakeApp) -> Application:
    return make_app()


@pytest.fixture
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def signed_in(identity: Identity) -> Callable[..., dict[str, str]]:
    """``signed_in("admin")``: the headers of a person with these roles."""

    def headers(*roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {identity.token(*roles, **claims)}"}

    return headers
