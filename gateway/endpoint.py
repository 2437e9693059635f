"""One operation behind one route, prepared once; gateway/resource.py tells how it is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, request
from marshmallow import RAISE, ValidationError, fields

from chassis import clock
from chassis.rpc_client import Refused
from contracts.call import Actor, Call
from contracts.operation import Operation
from contracts.roles import ANY_ROLE, PUBLIC
from contracts.schema import Schema
from gateway import headers, parts, problems, reading
from gateway.challenges.described import with_proof
from gateway.language import negotiate
from gateway.problems import core
from gateway.problems.row import Problem

_FROM_QUERY = frozenset({"GET", "HEAD", "DELETE"})
_READS = frozenset({"GET", "HEAD"})
_UNKNOWN_FIELD = "Unknown field."

JSON = "application/json"


class Endpoint:
    """How requests for one operation are read and answered. Built at import, shared by all threads."""

    def __init__(
        self,
        operation: Operation,
        *,
        status: int,
        query: bool | None,
        etag: str | None,
        upload: bool,
        receipt: bool,
        anonymous: bool,
        given: tuple[str, ...],
        limit: str | None,
        location: bool,
        roles: frozenset[str] | None,
        body: dict[str, Any] | None,
        takes: type[Schema] | None,
        answers: type[Schema] | None,
    ) -> None:
        self.operation = operation
        self.status = status
        self.query = query
        self.etag = etag
        self.upload = upload
        self.receipt = receipt
        self.anonymous = anonymous
        self.given = given
        self.limit = limit
        self.location = location
        self.roles = operation.roles if roles is None else roles
        self.body = body
        self.public = bool(self.roles & PUBLIC)
        self.takes = operation.request if takes is None else takes
        self.answers = operation.response if answers is None else answers
        self.schema = self.takes(unknown=RAISE, partial=given or None)
        self.lists = frozenset(
            name for name, field in self.schema.fields.items() if isinstance(field, (fields.List, fields.Tuple))
        )
        version = self.schema.fields.get("expected_version") if etag else None
        self.builds_on_a_version = version is not None
        self.needs_version = version is not None and version.required
        # What the gateway or the function puts into the request: not the client's to send.
        own = (*given, *(["receipt"] if receipt else []), *(["expected_version"] if etag else []))
        self.own = frozenset(own)

    def answer(self, view: Callable[..., Any], path: dict[str, Any]) -> Response:
        """The answer to the current request; raises Problem and the RPC client's exceptions."""
        shared = parts.current()
        http = request._get_current_object()  # type: ignore[attr-defined]
        environ = http.environ
        actor = self._authenticate(shared, environ.get("HTTP_AUTHORIZATION"))
        if actor is not None:
            # For the access line; of somebody without an account nothing is noted.
            environ["mingjing.actor"] = actor
            environ["mingjing.address"] = shared.limits.address(environ)
        shared.limits.check(self, http, actor)
        visit = shared.door.visit(self, http) if self.receipt or self.asks_for_proof(http.method) else None
        raw = self._read(http) if visit is None else visit.read(partial(self._read, http), json=self._in_json)
        loaded = self._load(http, raw, path)
        now = clock.now()
        call = Call(
            now=now,
            deadline=now + timedelta(seconds=shared.settings.rpc_timeout_seconds),
            actor=actor,
            idempotency_key=headers.idempotency_key(environ.get("HTTP_IDEMPOTENCY_KEY")),
            language=negotiate(environ.get("HTTP_ACCEPT_LANGUAGE")),
            traceparent=environ.get("mingjing.traceparent"),
        )

        def rpc(request: dict[str, Any], operation: Operation = self.operation) -> dict[str, Any]:
            return shared.rpc.call(operation, request, call)

        if visit is None:
            return self._respond(http, view(loaded, call, rpc, **path))
        visit.begin(call.idempotency_key)
        try:
            return self._respond(http, view(loaded, call, rpc, **path))
        except Refused as refusal:
            visit.refused(refusal.name)
            raise

    @property
    def _in_json(self) -> bool:
        """Whether what the client sends is JSON, where it is not in the query string."""
        return not self.upload and self.body is None

    def asks_for_proof(self, method: str) -> bool:
        """Whether a proof of work may be asked for: what people without an account begin, not what they go on with."""
        return method == "POST" and (self.receipt or self.anonymous)

    def _authenticate(self, shared: parts.Parts, authorization: str | None) -> Actor | None:
        if self.receipt or self.anonymous:
            return None
        if authorization:
            actor = shared.authenticator.actor(authorization)
            if self.public or self.roles & ANY_ROLE or actor.has_any(self.roles):
                return actor
            raise Problem(core.NOT_ALLOWED)
        if not self.public:
            raise shared.authenticator.not_signed_in()
        return None

    def _read(self, http: Any) -> dict[str, Any]:
        """What the client sent."""
        if self.upload:
            return {name: value for name, value in reading.upload(http).items() if self._keeps(name)}
        if self._reads_query(http.method):
            return reading.query(http, self.lists)
        raw = reading.json_object(http)
        if http.query_string:
            raise problems.of_invalid({name: [_UNKNOWN_FIELD] for name in http.args})
        return raw

    def _load(self, http: Any, raw: dict[str, Any], path: dict[str, Any]) -> dict[str, Any]:
        """The validated request."""
        known = self.schema.fields
        intruders = [name for name in raw if name in path or name in self.own]
        if intruders:
            raise problems.of_invalid({name: [_UNKNOWN_FIELD] for name in intruders})
        for name, value in path.items():
            if name in known:
                raw[name] = value
        if self.receipt:
            raw["receipt"] = headers.receipt(http.environ.get("HTTP_AUTHORIZATION"))
        if self.builds_on_a_version and http.method not in _READS:
            version = headers.if_match(http.environ.get("HTTP_IF_MATCH"), required=self.needs_version)
            if version is not None or self.needs_version:
                raw["expected_version"] = version
        try:
            return self.schema.load(raw)  # type: ignore[no-any-return]
        except ValidationError as error:
            raise problems.of_invalid(error.messages) from None

    def _keeps(self, name: str) -> bool:
        """What describes the file is dropped where the operation does not ask for it; other parts stay."""
        return name not in reading.FILE_FIELDS or name in self.schema.fields

    def _reads_query(self, method: str) -> bool:
        if self.body is not None:
            return True
        return method in _FROM_QUERY if self.query is None else self.query

    def _respond(self, http: Any, answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        body, status = answer if isinstance(answer, tuple) else (answer, self.status)
        if body is None:
            return Response(status=204 if status == 200 else status)
        response = Response(orjson.dumps(body), status=status, content_type=JSON)
        if self.etag and self.etag in body:
            tag = headers.entity_tag(body[self.etag])
            response.headers["ETag"] = tag
            known = http.environ.get("HTTP_IF_NONE_MATCH") if http.method in ("GET", "HEAD") else None
            if known and headers.none_match(known, tag):
                return Response(status=304, headers={"ETag": tag})
        if self.location and "id" in body:
            response.headers["Location"] = f"{http.path}/{body['id']}"
        return response

    def document(self, method: str, variables: list[str]) -> dict[str, Any]:
        """What flask-smorest puts into the OpenAPI document for this route."""
        hidden = [name for name in self.schema.fields if name in self.own or name in variables]
        proves = self.asks_for_proof(method)
        request = with_proof(self.takes) if proves and self._in_json else self.takes
        asked = request(exclude=hidden)
        documented: dict[str, Any] = {"manual_doc": self._manual_document(method)}
        if asked.fields and not self.upload:
            place = "query" if self._reads_query(method) else "json"
            documented["arguments"] = {"parameters": [{"in": place, "required": True, "schema": asked}]}
        if self.upload:
            documented["manual_doc"]["requestBody"] = _multipart(asked)
        if self.body is not None:
            documented["manual_doc"]["requestBody"] = {"required": True, "content": self.body}
        response: dict[str, Any] = {"description": HTTPStatus(self.status).phrase, "content_type": None}
        if self.answers:
            response["schema"] = self.answers()
        documented["response"] = {"responses": {self.status: [response]}}
        documented["success_status_codes"] = [self.status]
        return documented

    def _manual_document(self, method: str) -> dict[str, Any]:
        if self.receipt:
            security: list[dict[str, list[str]]] = [{"receipt": []}]
        else:
            security = [] if self.public else [{"accessToken": []}]
        manual: dict[str, Any] = {
            "security": security,
            "x-roles": sorted(self.roles),
        }
        parameters = [{"$ref": "#/components/parameters/AcceptLanguage"}]
        if method == "POST":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if self.builds_on_a_version and method not in _READS:
            name = "IfMatch" if self.needs_version else "OptionalIfMatch"
            parameters.append({"$ref": f"#/components/parameters/{name}"})
        elif self.etag and method == "GET":
            parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        if self.receipt or self.asks_for_proof(method):
            parameters.append({"$ref": "#/components/parameters/Altcha"})
        manual["x-parameters"] = parameters
        return manual


def _multipart(schema: Schema) -> dict[str, Any]:
    """The request body of an upload: the file, and what else the operation asks for."""
    properties: dict[str, Any] = {"file": {"type": "string", "format": "binary"}}
    for name in schema.fields:
        if name != "content" and name not in reading.FILE_FIELDS:
            properties[name] = {"type": "string"}
    body = {"type": "object", "properties": properties, "required": ["file"]}
    return {"required": True, "content": {"multipart/form-data": {"schema": body}}}
