"""Signing in, staying signed in, signing out.

The refresh token and the device token live in cookies that scripts cannot read and that the browser sends to
``/api/v1/sessions`` only, and only from this site's own pages (``SameSite=Strict``). A refresh is refused
besides when the browser names a foreign ``Origin``; signing out needs the access token, which no foreign page
has.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import flask
import orjson

from contracts.fields import parse_instant
from contracts.identity import operations as identity
from gateway import parts
from gateway.endpoint import JSON
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.resource import API_PREFIX, Resource

blp = Resource("sessions", description="登录 Signing in and out")

REFRESH = "mingjing_refresh"
DEVICE = "mingjing_device"
PATH = f"{API_PREFIX}/sessions"


@blp.route("/sessions", methods=["POST"])
@blp.calls(identity.sign_in, status=201, limit="none", given=("device", "address"))
def sign_in(request, call, rpc):
    """登录 Sign in

    Gives an access token, and the refresh token as a cookie. The answer to a wrong user name, password or
    code is the same 401; repeated failures are answered with 429 and growing waits.
    """
    address = parts.client_address()
    request |= {"device": flask.request.cookies.get(DEVICE), "address": address}
    with parts.current().limits.sign_in(request["username"], address):
        return _signed_in(rpc(request), 201)


@blp.route("/sessions/refresh", methods=["POST"])
@blp.calls(identity.refresh_session, given=("refresh_token",))
def refresh_session(request, call, rpc):
    """换取新的访问令牌 Get a new access token for the refresh cookie

    The cookie is replaced as well; using one twice ends the session.
    """
    _from_our_own_page()
    token = flask.request.cookies.get(REFRESH)
    if not token:
        raise parts.current().authenticator.not_signed_in()
    return _signed_in(rpc(request | {"refresh_token": token}), 200)


@blp.route("/sessions/current", methods=["DELETE"])
@blp.calls(identity.end_session, status=204)
def end_session(request, call, rpc):
    """退出登录 Sign out

    From now on neither the access tokens nor the refresh token of this session are accepted anywhere.
    """
    rpc(request)
    parts.current().authenticator.end(call.actor.session_id, call.now + timedelta(hours=1))
    response = flask.Response(status=204)
    response.delete_cookie(REFRESH, path=PATH, httponly=True, secure=_secure(), samesite="Strict")
    return response


def _signed_in(tokens: dict[str, Any], status: int) -> flask.Response:
    """The access token in the body, the others in cookies."""
    body = {name: tokens[name] for name in ("access_token", "token_type", "expires_in")}
    response = flask.Response(orjson.dumps(body), status=status, content_type=JSON)
    _set(response, REFRESH, tokens["refresh_token"], parse_instant(tokens["refresh_expires_at"]))
    if tokens.get("device"):
        _set(response, DEVICE, tokens["device"], parse_instant(tokens["device_expires_at"]))
    return response


def _set(response: flask.Response, name: str, value: str, expires: datetime) -> None:
    response.set_cookie(name, value, expires=expires, path=PATH, httponly=True, secure=_secure(), samesite="Strict")


def _secure() -> bool:
    return parts.current().settings.https or flask.request.is_secure


def _from_our_own_page() -> None:
    """Problem 403 when a browser says that another site's page sends this."""
    headers = flask.request.headers
    origin = headers.get("Origin")
    if origin is None:
        foreign = headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    else:
        ours = urlsplit(origin).netloc == flask.request.host
        foreign = not ours and origin not in parts.current().settings.cors_origins
    if foreign:
        raise Problem(core.FOREIGN_ORIGIN)
