"""How a resource is written: a blueprint whose routes each call one operation.

    from contracts.identity import operations as identity
    from gateway.resource import Resource

    blp = Resource("people", description="人员 People of the bureau")

    @blp.route("/people", methods=["GET"])
    @blp.calls(identity.list_people)
    def list_people(request, call, rpc):
        \"\"\"人员列表 List people\"\"\"
        return rpc(request)

    @blp.route("/people/<person_id>", methods=["PATCH"])
    @blp.calls(identity.change_person, etag="version")
    def change_person(request, call, rpc, person_id):
        \"\"\"修改人员 Change a person\"\"\"
        return rpc(request)

One file in ``gateway/resources/`` with a module variable ``blp`` is found by itself. What ``calls`` does, in
order:

1. 401/403 by ``operation.roles``. 2. 429 by the rate limit. 3. Reads the query string (GET, DELETE) or the
JSON body (POST, PUT, PATCH), adds the path parameters that the operation's request schema knows (here
``person_id``) and validates by that schema: 400, 413, 415, 422; unknown fields and parameters are 422. 4.
Calls the function with ``request`` (the loaded dict), ``call`` (``contracts.call.Call``), ``rpc`` and the
path parameters. ``rpc(request)`` sends the operation, ``rpc(request, other)`` another one. A refusal comes
back as an exception and becomes a problem (gateway/problems); nobody catches it. 5. Answers what the function
returns: a dict as JSON with ``status``, None as 204, ``(dict, status)``, or a Flask response (``download``
below makes one).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

import flask_smorest  # type: ignore[import-untyped]
from flask import Response

from contracts.operation import Operation
from contracts.schema import Schema
from gateway.endpoint import Endpoint

API_PREFIX = "/api/v1"

View = Callable[..., Any]


class Resource(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint under ``/api/v1`` (or ``prefix``) with the conventions of API.md."""

    def __init__(self, name: str, *, description: str, prefix: str = API_PREFIX) -> None:
        super().__init__(name, f"gateway.resources.{name}", url_prefix=prefix, description=description)

    def calls(
        self,
        operation: Operation,
        *,
        status: int = 200,
        query: bool | None = None,
        etag: str | None = None,
        upload: bool = False,
        receipt: bool = False,
        anonymous: bool = False,
        given: tuple[str, ...] = (),
        limit: str | None = None,
        location: bool = False,
        roles: frozenset[str] | None = None,
        body: dict[str, Any] | None = None,
        takes: type[Schema] | None = None,
        answers: type[Schema] | None = None,
    ) -> Callable[[View], View]:
        """Decorator, below ``route``: this function answers by way of ``operation``.

        ``query``: whether the request comes from the query string; by the method when absent.
        ``etag``: the field of the answer that is the resource's version: ``ETag`` is set from it and
        ``If-None-Match`` answers 304. Where the request schema has ``expected_version``, it comes from
        ``If-Match``: an int, or None for ``*``. Without the header: 422 when the field is required, else absent.
        ``upload``: a multipart body; the schema gets ``content`` (base64), as far as it has them ``file_name`` and
        ``media_type``, and the other form parts.
        ``receipt``: ``Authorization: Receipt …`` is required and becomes ``request["receipt"]``.
        ``anonymous``: a token that is sent is not even looked at, ``call.actor`` is None; for what the public
        reports.
        ``given``: fields of the request that the function itself fills in; a client that sends them gets 422.
        ``limit``: the name of a rate limit in gateway/limits; public operations have one by default.
        ``location``: sets ``Location`` to the path plus the answer's ``id``.
        ``roles``: asked for instead of ``operation.roles``, where the function itself chooses the operation
        to call.
        ``body``: the function reads the body itself, as it comes (gateway/transfers); what it is, as OpenAPI tells
        it: media type -> ``{"schema": …}``. The request comes from the query string then.
        ``takes``, ``answers``: what the route itself takes and answers, where the function calls several operations and
        puts their answers together.
        """
        endpoint = Endpoint(
            operation,
            status=status,
            query=query,
            etag=etag,
            upload=upload,
            receipt=receipt,
            anonymous=anonymous,
            given=given,
            limit=limit,
            location=location,
            roles=roles,
            body=body,
            takes=takes,
            answers=answers,
        )

        def decorate(view: View) -> View:
            @wraps(view)
            def answer(**path: Any) -> Response:
                return endpoint.answer(view, path)

            answer.endpoint = endpoint  # type: ignore[attr-defined]
            return answer

        return decorate

    def route(self, rule: str, *, methods: list[str] | None = None, **options: Any) -> Callable[[View], View]:
        """As in Flask; what ``calls`` knows goes into the OpenAPI document."""
        verbs = methods or ["GET"]

        def decorate(view: View) -> View:
            endpoint = getattr(view, "endpoint", None)
            if endpoint is not None:
                documented = endpoint.document(verbs[0], _variables(rule))
                documented["manual_doc"]["operationId"] = f"{self.name}.{view.__name__}"
                view._apidoc = documented  # type: ignore[attr-defined]
            registered: View = super(Resource, self).route(rule, methods=verbs, **options)(view)
            return registered

        return decorate


def download(content: bytes, *, file_name: str, media_type: str) -> Response:
    """A file for the client to keep."""
    disposition = f"attachment; filename*=UTF-8''{quote(file_name)}"
    return Response(content, content_type=media_type, headers={"Content-Disposition": disposition})


def _variables(rule: str) -> list[str]:
    return re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule)
