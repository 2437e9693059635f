"""Evidence of a case as the handlers of the reports service get it, text by text and piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.reports import operations
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports.attachments.vault import Vault
from services.reports.handlers import evidence, evidence_files, show_progress
from tests.integration.reports.attaching import a_vault, fetched
from tests.integration.reports.building import HANDLER, a_step, by

CONTENT = {
    "title": "账册一本",
    "source": "某司法所会计处",
    "how": "依法调取，出具清单",
    "obtained_on": "2026-03-01",
    "obtained_by": "承办人某某",
}
ACT = {"to": "档案室", "why": "入库保管", "where": "三楼"}


def nobodys_case(store, case_id, *, sequence=1, **step):
    """Let the tasks service tell of a case that nobody reported."""
    show_progress(store, [a_step(None, case_id, sequence, **{"handler_id": HANDLER.id, **step})])


@dataclass(frozen=True)
class Officer:
    """Somebody of the staff who works on the evidence of one case."""

    store: object
    vault: Vault
    sealer: object
    case_id: str
    person: object = HANDLER

    def as_(self, person):
        """Somebody else on the same case."""
        return replace(self, person=person)

    def keep(self, key=None, **changes):
        """What is said of an item."""
        loaded = operations.keep_evidence_content.load({"case_id": self.case_id, **CONTENT, **changes})
        return evidence.keep_content(self.store, self.sealer, loaded, self._call(key))

    def keep_act(self, key=None, **changes):
        """What is said of an act."""
        loaded = operations.keep_custody_content.load({"case_id": self.case_id, **ACT, **changes})
        return evidence.keep_custody(self.store, self.sealer, loaded, self._call(key))

    def open(self, *items, **changes):
        """The items, opened."""
        loaded = operations.open_evidence.load({"case_id": self.case_id, "items": list(items), **changes})
        return evidence.open_items(self.store, self.vault, self.sealer, loaded, self._call())["items"]

    def begin(self, item, key=None, **request):
        """A file begins."""
        loaded = operations.begin_evidence_file.load({"case_id": self.case_id, "item": item, **request})
        return evidence_files.begin(self.store, self.vault, self.sealer, loaded, self._call(key))

    def put(self, item, upload, content, *, offset=None, **request):
        """The next piece of it."""
        at = upload["offset"] if offset is None else offset
        given = {"attachment_id": upload["id"], "version": upload["version"], "offset": at, "content": content}
        loaded = operations.put_evidence_piece.load({"case_id": self.case_id, "item": item, **given, **request})
        return evidence_files.put(self.store, self.vault, self.sealer, loaded, self._call())

    def send(self, item, content, file_name="file.mp3", key=None):
        """A whole file, as the gateway sends a multipart request; what it came to."""
        pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)] or [b""]
        last = len(pieces) - 1
        upload = self.begin(item, key, file_name=file_name, content=pieces[0], last=last == 0)
        for number, piece in enumerate(pieces[1:], 1):
            upload = self.put(item, upload, piece, offset=number * PART_BYTES, last=number == last)
        return upload

    def state(self, item, upload):
        """How far it has come."""
        loaded = operations.read_evidence_upload.load(self._of(item, upload))
        return evidence_files.read_upload(self.store, self.vault, self.sealer, loaded, self._call())

    def resume(self, item, upload, offset):
        """Go on from there."""
        loaded = operations.resume_evidence_upload.load({**self._of(item, upload), "offset": offset})
        return evidence_files.resume(self.store, self.vault, self.sealer, loaded, self._call())

    def cancel(self, item, upload):
        """Give it up."""
        loaded = operations.cancel_evidence_upload.load(self._of(item, upload))
        evidence_files.cancel(self.store, self.vault, self.sealer, loaded, self._call())

    def fetch(self, item, copy="original"):
        """The bytes of the file of an item."""
        request = {"case_id": self.case_id, "item": item, "copy": copy}
        access = {}

        def part(number):
            loaded = operations.read_evidence_file_part.load({**request, "number": number, **access})
            answer = evidence_files.read_part(self.store, self.vault, self.sealer, loaded, self._call())
            access["access_id"] = answer["access_id"]
            return answer

        return fetched(part)

    def originals(self):
        """The files of all items, as the export of the case gets them: (item, told, bytes)."""
        found = evidence_files.originals(self.store, self.vault, self.sealer, self.case_id, "supervision", self._call())
        return [(one.item, one.told, one.content and b"".join(one.content)) for one in found]

    def _of(self, item, upload):
        return {"case_id": self.case_id, "item": item, "attachment_id": upload["id"]}

    def _call(self, key=None):
        return by(self.person, idempotency_key=key)


def an_officer(store, sealer, case_id, **limits):
    """The handler of this case, with a vault that has limits of its own."""
    vault = replace(a_vault(store), limits=replace(evidence_files.LIMITS, **limits))
    return Officer(store, vault, sealer, case_id)
