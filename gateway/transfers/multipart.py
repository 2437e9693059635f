"""The one file in a multipart body, as it comes (RFC 7578)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Request
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from gateway.problems import core
from gateway.problems.row import Problem
from gateway.transfers.body import chunks

MULTIPART = "multipart/form-data"
# How the body is described in the OpenAPI document.
DESCRIBED = {
    MULTIPART: {
        "schema": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
    }
}

# All that is not the file: other parts, which nobody reads, and every part's headers.
_BESIDES_BYTES = 64 * 1024
_BUFFER_BYTES = 1024 * 1024
_MOST_PARTS = 32
_NAME_LENGTH = 1000


class MultipartFile:
    """The part ``file``. ``name`` is known from the first chunk on."""

    def __init__(self, http: Request) -> None:
        """Problem 415 for another content type, 400 without a boundary."""
        kind, options = parse_options_header(http.headers.get("Content-Type"))
        if kind != MULTIPART:
            raise Problem(core.WRONG_TYPE, {"expected": MULTIPART}, {"Accept-Post": MULTIPART})
        boundary = options.get("boundary", "").encode("ascii", "ignore")
        if not 1 <= len(boundary) <= 70:
            raise Problem(core.MALFORMED)
        self.name = ""
        self._body = chunks(http)
        self._decoder = MultipartDecoder(boundary, _BUFFER_BYTES, max_parts=_MOST_PARTS)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the file, some at a time.

        They end only when the whole body has been read and nothing was wrong with it: Problem 422 without a file or
        with a second one, 400 for a body that is not multipart, 413 for too much around the file.
        """
        found, in_file, besides = False, False, 0
        for event in self._events():
            if isinstance(event, File):
                if found or event.name != "file":
                    raise _one_file()
                found = in_file = True
                self.name = event.filename.encode("utf-8", "replace").decode()[-_NAME_LENGTH:]
            elif isinstance(event, Field):
                in_file = False
                if event.name == "file":
                    raise _one_file()
            elif isinstance(event, Data) and in_file:
                if event.data:
                    yield event.data
            elif isinstance(event, Data):
                besides += len(event.data)
                if besides > _BESIDES_BYTES:
                    raise Problem(core.TOO_LARGE)
        if not found:
            raise _one_file()

    def _events(self) -> Iterator[Field | File | Data]:
        for data in self._fed():
            self._decoder.receive_data(data)
            while True:
                try:
                    event = self._decoder.next_event()
                except ValueError:
                    raise Problem(core.MALFORMED) from None
                if isinstance(event, Epilogue):
                    # What follows the last boundary means nothing; the decoder tells it once the body has ended.
                    if len(event.data) > _BESIDES_BYTES:
                        raise Problem(core.TOO_LARGE)
                    return
                if isinstance(event, NeedData):
                    break
                if isinstance(event, Field | File | Data):
                    yield event

    def _fed(self) -> Iterable[bytes | None]:
        yield from self._body
        yield None


def _one_file() -> Problem:
    return Problem(core.INVALID, {"errors": [{"field": "file", "message": "validation.one_file"}]})
