"""The file of an item of evidence: on its way in, piece by piece and over broken lines, and out; and all originals of a
case, for its export. Which items may have a file the tasks service has said before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import sealing
from services.reports.attachments import coming_in, going_out
from services.reports.attachments.vault import Document, Evidence, Held, Side, Vault, find, opened
from services.reports.handlers.accesses import reader, record, record_part
from services.reports.handlers.attachments import telling
from services.reports.handlers.case_files import CaseFile, case_file
from services.reports.model import attachments as rules
from services.reports.model.attachments import Limits
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

_MB = 1024 * 1024
# Of one case: far more than the form allows a reporter, and still a bound.
LIMITS = Limits(files=1000, each=500 * _MB, total=20_000 * _MB, types={})


class Original(NamedTuple):
    """The file of an item: ``told`` as staff see it. ``content`` is None where a virus was found: nobody opens it."""

    item: int
    told: dict[str, Any]
    content: Iterator[bytes] | None


def begin(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The file of an item begins; with an idempotency key the one that began under it before goes on.

    Raises ``NotFound``, ``Erased``, ``EvidenceHasFile``, and what ``coming_in.begin`` and ``coming_in.put`` do.
    """
    side = _side(store, sealer, request, call)
    key = call.idempotency_key
    scope = f"attachment/{side.report_id}/{request['item']}/{side.staff_id}"
    return telling.begun(vault, side, sealer.id_of(scope, key) if key else sealing.new_id(), request, call.now)


def put(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The next bytes of a file that the same person began; ``NotFound``, and what ``coming_in.put`` raises."""
    side, held = _own(store, vault, sealer, request, call)
    piece = telling.piece(request, request["offset"], request["version"])
    return telling.upload(coming_in.put(vault, side, held, piece, call.now))


def read_upload(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """How far it has come; ``NotFound``."""
    _, held = _own(store, vault, sealer, request, call)
    return telling.upload(held)


def resume(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Go on at ``offset``; ``NotFound``, ``UploadConflict``."""
    _, held = _own(store, vault, sealer, request, call)
    return telling.upload(coming_in.resume(vault, held, request["offset"], call.now))


def cancel(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> None:
    """Give an unfinished file up; ``NotFound``, ``UploadComplete``."""
    _, held = _own(store, vault, sealer, request, call)
    coming_in.discard(vault, held.document["_id"])


def read_part(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A part of a copy. The first part is recorded before anything is opened, the others belong to that record; a link
    of the item's custody follows from the record.

    Raises ``NotFound``, ``AttachmentIncomplete``, ``AttachmentInfected``, ``NoCleanCopy``, ``ReadingOver``.
    """
    file = case_file(store, sealer, request["case_id"], call)
    item = request["item"]
    document = next(iter(vault.attachments.numbered(file.owner, [item])), None)
    if document is None or document["state"] in (rules.REMOVING, rules.ERASED):
        raise NotFound("attachment")
    rules.check_complete(document)
    rules.check_opening(document, request["copy"])
    access_id = record_part(store, file.report, document, request, call, what="evidence_file", evidence_item=item)
    held = opened(document, file.key)
    return {**telling.part(vault, held, request["copy"], request["number"]), "access_id": access_id}


def originals(
    store: ReportsStore, vault: Vault, sealer: Sealer, case_id: str, purpose: str, call: Call
) -> Iterator[Original]:
    """The file of each item of a case that has one, as it was sent, in the order of the items.

    Each is recorded as opened before it is. Raises ``NotFound``, ``Erased``; and while content is read
    ``ContentUnreadable`` when it is not as it was sealed.
    """
    file = case_file(store, sealer, case_id, call)
    for document in vault.attachments.of_report(file.owner):
        if document["state"] == rules.STORED:
            yield _original(store, vault, file, document, purpose, call)


def _original(
    store: ReportsStore, vault: Vault, file: CaseFile, document: Document, purpose: str, call: Call
) -> Original:
    item: int = document["number"]
    if not rules.copies_of(document):
        return Original(item, telling.attachment(opened(document, file.key)), None)
    what = {"attachment_id": document["_id"], "copy": rules.ORIGINAL, "evidence_item": item}
    record(store, file.report, "evidence_file", purpose, call, **what)
    held = opened(document, file.key)
    return Original(item, telling.attachment(held), going_out.original(vault, held))


def _side(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> Side:
    file = case_file(store, sealer, request["case_id"], call)
    evidence = Evidence(request["case_id"], request["item"])
    return Side(file.owner, file.key, reader(call.actor).id, evidence)


def _own(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> tuple[Side, Held]:
    side = _side(store, sealer, request, call)
    held = find(vault, side.report_id, request["attachment_id"], side.data_key, author=side.author)
    if (held.document["staff_id"], held.document["number"]) != (side.staff_id, request["item"]):
        raise NotFound("attachment")
    return side, held
