"""Attachments as the handlers of the reports service get them, piece by piece as the gateway sends them."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.reports import operations
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports.attachments.vault import Vault
from services.reports.handlers import attachments
from services.reports.model.attachments import Limits
from tests.integration.reports.building import CALL

TYPES = {"txt": 40_000_000, "mp3": 50_000_000}


def a_vault(store, parts=None, **limits):
    """A vault on this store, with limits of its own."""
    given = {"files": 5, "each": 50_000_000, "total": 90_000_000, "types": TYPES} | limits
    return Vault(store.attachments, parts or store.parts, Limits(**given))


@dataclass(frozen=True)
class Reporter:
    """The holder of a receipt, who sends files."""

    store: object
    vault: Vault
    sealer: object
    receipt: str

    def begin(self, call=CALL, **request):
        """A file begins, with its first piece if there is one."""
        loaded = operations.begin_current_attachment.load({"receipt": self.receipt, **request})
        return attachments.begin_current(self.store, self.vault, self.sealer, loaded, call)

    def put(self, upload, content, call=CALL, *, offset=None, **request):
        """The next piece of a file."""
        at = upload["offset"] if offset is None else offset
        given = {"attachment_id": upload["id"], "version": upload["version"], "offset": at, "content": content}
        loaded = operations.put_current_piece.load({"receipt": self.receipt, **given, **request})
        return attachments.put_current(self.store, self.vault, self.sealer, loaded, call)

    def send(self, content, file_name="file.mp3", call=CALL, **request):
        """A whole file, as the gateway sends a multipart request; what it came to."""
        pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)] or [b""]
        last = len(pieces) - 1
        upload = self.begin(call, file_name=file_name, content=pieces[0], last=last == 0, **request)
        for number, piece in enumerate(pieces[1:], 1):
            upload = self.put(upload, piece, call, offset=number * PART_BYTES, last=number == last)
        return upload

    def state(self, upload):
        """How far a file has come."""
        loaded = operations.read_current_upload.load({"receipt": self.receipt, "attachment_id": upload["id"]})
        return attachments.read_current_upload(self.store, self.vault, self.sealer, loaded)

    def resume(self, upload, offset, call=CALL):
        """Go on from there."""
        request = {"receipt": self.receipt, "attachment_id": upload["id"], "offset": offset}
        loaded = operations.resume_current_upload.load(request)
        return attachments.resume_current(self.store, self.vault, self.sealer, loaded, call)

    def cancel(self, upload):
        """Give an upload up."""
        request = {"receipt": self.receipt, "attachment_id": upload["id"]}
        attachments.cancel_current(self.store, self.vault, self.sealer, request)

    def listed(self):
        """All complete files."""
        return attachments.list_current(self.store, self.vault, self.sealer, {"receipt": self.receipt})["items"]

    def fetch(self, attachment_id):
        """The bytes of a file, part by part."""
        request = {"receipt": self.receipt, "attachment_id": attachment_id}

        def part(number):
            loaded = operations.read_current_attachment_part.load(request | {"number": number})
            return attachments.read_current_part(self.store, self.vault, self.sealer, loaded)

        return fetched(part)


def fetched(part):
    """All parts of a file that ``part(number)`` answers."""
    first = part(0)
    return first["content"] + b"".join(part(number)["content"] for number in range(1, first["parts"]))
