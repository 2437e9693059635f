"""Evidence of a case, its custody and its files, for those who read the case's file.

The tasks service knows the items and their custody chains, the reports service keeps sealed what is said of them. What
is to be said is kept first and named by the chain afterwards, so that no item is ever without its content.
"""

from __future__ import annotations

from contracts.fields import page_of
from contracts.reports import operations as reports
from contracts.reports.schemas.evidence import EvidenceContent
from contracts.tasks import operations as tasks
from contracts.tasks.schemas import evidence as schemas
from gateway.evidence_words import custody_in_words, item_in_words, link_in_words, to_open
from gateway.resource import Resource
from gateway.transfers.exchange import FILLED_IN, fetched, sent_whole
from gateway.transfers.multipart import DESCRIBED

blp = Resource("evidence", description="证据与保管链 Evidence of a case, its custody and its files")

_ITEM = "/cases/<case_id>/evidence/<item>"
_CONTENT = EvidenceContent()


@blp.route("/cases/<case_id>/evidence", methods=["POST"])
@blp.calls(reports.keep_evidence_content, status=201, takes=schemas.NewEvidence, answers=schemas.Evidence)
def add_evidence(request, call, rpc, case_id):
    """登记证据 Record an item of evidence: an action on the case, while it is investigated, by its handler

    With `sha256` of electronic data that is kept elsewhere; a file that is sent for the item is hashed when it comes.
    """
    said = _CONTENT.dump(request)
    kept = rpc({"case_id": case_id, **said})
    item = rpc({"case_id": case_id, "kind": request["kind"], "content": kept}, tasks.add_evidence)
    return item_in_words(item, {"content": said, "file": None, "intact": True}, call.language)


@blp.route("/cases/<case_id>/evidence")
@blp.calls(reports.open_evidence, takes=schemas.ReadEvidenceList, answers=page_of(schemas.Evidence))
def list_evidence(request, call, rpc, case_id):
    """证据清单 The items of a case in order, those struck out among them; recorded as a reading for `purpose`"""
    purpose = request.pop("purpose")
    page = rpc(request, tasks.list_evidence)
    wanted = [to_open({**item, "custody": []}) for item in page["items"]]
    opened = rpc({"case_id": case_id, "purpose": purpose, "items": wanted})["items"]
    items = [item_in_words(item, said, call.language) for item, said in zip(page["items"], opened, strict=True)]
    return {**page, "items": items}


@blp.route(_ITEM)
@blp.calls(reports.open_evidence, takes=schemas.ReadEvidence, answers=schemas.EvidenceWithCustody)
def read_evidence(request, call, rpc, case_id, item):
    """证据详情 An item with its custody, checked link by link; recorded as a reading for `purpose`"""
    purpose = request.pop("purpose")
    found = rpc(request, tasks.get_evidence)
    [opened] = rpc({"case_id": case_id, "purpose": purpose, "items": [to_open(found)]})["items"]
    custody = custody_in_words(found["custody"], opened, call.language)
    return {**item_in_words(found, opened, call.language), "custody": custody}


@blp.route(f"{_ITEM}/custody", methods=["POST"])
@blp.calls(reports.keep_custody_content, status=201, takes=schemas.NewCustody, answers=schemas.Custody)
def record_custody(request, call, rpc, case_id, item):
    """登记保管 Record what was done with an item: handed over, opened, returned, copied, destroyed; in any state"""
    said = {name: request[name] for name in ("to", "why", "where")}
    kept = rpc({"case_id": case_id, **said})
    act = {name: request[name] for name in ("case_id", "item", "act", "at")}
    return link_in_words(rpc({**act, "content": kept}, tasks.record_custody), said, call.language)


@blp.route(f"{_ITEM}/withdraw", methods=["POST"])
@blp.calls(reports.keep_custody_content, takes=schemas.Withdrawal, answers=schemas.Custody)
def withdraw_evidence(request, call, rpc, case_id, item):
    """撤销证据 Strike an item out, with a reason: it stays, and counts no more"""
    said = {"why": request["reason"]}
    kept = rpc({"case_id": case_id, **said})
    link = rpc({"case_id": case_id, "item": request["item"], "content": kept}, tasks.withdraw_evidence)
    return link_in_words(link, said, call.language)


@blp.route(f"{_ITEM}/file", methods=["POST"])
@blp.calls(reports.begin_evidence_file, status=201, given=FILLED_IN, body=DESCRIBED)
def send_evidence_file(request, call, rpc, case_id, item):
    """上传证据文件 Send the file of an item, as the part `file`; an item has one at most, and it never changes"""
    of_item = {"case_id": case_id, "item": request["item"]}
    rpc(of_item, tasks.expect_evidence_file)
    operations = reports.begin_evidence_file, reports.put_evidence_piece, reports.cancel_evidence_upload
    return sent_whole(call, of_item, *operations)


@blp.route(f"{_ITEM}/file")
@blp.calls(reports.read_evidence_file_part, given=("number", "access_id"))
def fetch_evidence_file(request, call, rpc, case_id, item):
    """打开证据文件 Open the file of an item; recorded first for `purpose`, and as an act of its custody

    `copy` is `clean` unless said otherwise: without the metadata of the original. A file in which a virus was found is
    never opened.
    """
    return fetched(call, request, reports.read_evidence_file_part)
