"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read and checked."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from flask import Request

from gateway.problems import core
from gateway.problems.row import Problem

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration"
CONTENT_TYPE = "application/offset+octet-stream"
# How the body is described in the OpenAPI document.
DESCRIBED: dict[str, Any] = {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}

_NUMBER = re.compile(r"\d{1,15}\Z", re.ASCII)
_MOST_METADATA = 4096
_NAME_LENGTH = 1000


def check_version(http: Request) -> None:
    """Problem 412 unless the request speaks this version."""
    if http.headers.get("Tus-Resumable") != VERSION:
        raise Problem(core.TUS_VERSION)


def check_content_type(http: Request) -> None:
    """Problem 415 unless the body is the bytes of a file."""
    if http.mimetype != CONTENT_TYPE:
        raise Problem(core.WRONG_TYPE, {"expected": CONTENT_TYPE}, {"Accept-Patch": CONTENT_TYPE})


def brings_content(http: Request) -> bool:
    """Whether the request that creates an upload brings the beginning of the file; Problem 415 for another body."""
    if http.mimetype == CONTENT_TYPE:
        return True
    if http.content_length or http.headers.get("Transfer-Encoding"):
        raise Problem(core.WRONG_TYPE, {"expected": CONTENT_TYPE}, {"Accept-Post": CONTENT_TYPE})
    return False


def length_of(http: Request) -> int:
    """``Upload-Length``; Problem 422 without it: an upload of unknown length is not offered."""
    return _number(http, "Upload-Length")


def offset_of(http: Request) -> int:
    """``Upload-Offset``; Problem 422 without it."""
    return _number(http, "Upload-Offset")


def file_name_of(http: Request) -> str:
    """``filename`` of ``Upload-Metadata``, empty where there is none; Problem 422 when the header is malformed."""
    header = http.headers.get("Upload-Metadata", "")
    if len(header) > _MOST_METADATA:
        raise _invalid("Upload-Metadata")
    for pair in filter(None, (pair.strip() for pair in header.split(","))):
        name, _, encoded = pair.partition(" ")
        if name == "filename":
            return _decoded(encoded.strip())
    return ""


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")[-_NAME_LENGTH:]
    except (binascii.Error, ValueError):
        raise _invalid("Upload-Metadata") from None


def _number(http: Request, name: str) -> int:
    value = http.headers.get(name, "").strip()
    if not _NUMBER.match(value):
        raise _invalid(name)
    return int(value)


def _invalid(name: str) -> Problem:
    return Problem(core.INVALID, {"errors": [{"field": name, "message": "validation.tus_header"}]})
