"""What the resources of attachments have in common, whoever's they are."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import request as http

from contracts.call import Call
from contracts.operation import Operation
from gateway import parts
from gateway.attachment_words import in_words
from gateway.transfers import fetching
from gateway.transfers.fetching import Part
from gateway.transfers.multipart import MultipartFile
from gateway.transfers.sending import Sender

# Fields of the operation that begins an attachment; the gateway fills them in from the body.
FILLED_IN = ("file_name", "length", "announced", "content", "last", "sha256")


def sent_whole(
    call: Call, owner: dict[str, Any], begin: Operation, put: Operation, cancel: Operation
) -> dict[str, Any]:
    """The attachment that the multipart body of the current request brings, in words. ``owner``: whose it is."""
    shared = parts.current()
    sender = Sender(shared, call, owner, begin, put, cancel)
    with shared.slots.taken():
        file = MultipartFile(http)
        sent = sender.whole(lambda: file.name, file.chunks(), http.content_length)
    return in_words(sent["attachment"], call.language)


def fetched(call: Call, request: dict[str, Any], operation: Operation) -> Response:
    """The file of ``request``, part by part; where the first part names its access, all others do."""
    shared = parts.current()

    def part(number: int, first: Part | None) -> Part:
        access = {"access_id": first["access_id"]} if first and "access_id" in first else {}
        return fetching.ask(shared, call, operation, {**request, **access}, number)

    return fetching.file(shared, http, part)
