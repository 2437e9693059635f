"""Attachments of both sides, piece by piece. A piece may be sent again: what is there already is compared."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.operations.suggestions import ANSWERERS
from contracts.reports.schemas import attachments
from contracts.reports.schemas.reporter import WithReceipt
from contracts.roles import PUBLIC

begin_current_attachment = Operation(
    "reports", "begin_current_attachment", attachments.BeginCurrentAttachment, attachments.Upload, PUBLIC
)
put_current_piece = Operation(
    "reports", "put_current_piece", attachments.PutCurrentPiece, attachments.Upload, PUBLIC, repeatable=True
)
read_current_upload = Operation(
    "reports", "read_current_upload", attachments.OfCurrentUpload, attachments.Upload, PUBLIC, repeatable=True
)
resume_current_upload = Operation(
    "reports", "resume_current_upload", attachments.ResumeCurrentUpload, attachments.Upload, PUBLIC, repeatable=True
)
cancel_current_upload = Operation(
    "reports", "cancel_current_upload", attachments.OfCurrentUpload, None, PUBLIC, repeatable=True
)
list_current_attachments = Operation(
    "reports",
    "list_current_attachments",
    WithReceipt,
    attachments.AttachmentList,
    PUBLIC,
    repeatable=True,
)
read_current_attachment_part = Operation(
    "reports",
    "read_current_attachment_part",
    attachments.ReadCurrentPart,
    attachments.AttachmentPart,
    PUBLIC,
    repeatable=True,
)

list_case_attachments = Operation(
    "reports",
    "list_case_attachments",
    attachments.ListCaseAttachments,
    attachments.AttachmentListForStaff,
    CASE_STAFF,
)
read_case_attachment_part = Operation(
    "reports", "read_case_attachment_part", attachments.ReadCasePart, attachments.AttachmentPart, CASE_STAFF
)
begin_case_attachment = Operation(
    "reports", "begin_case_attachment", attachments.BeginCaseAttachment, attachments.Upload, CASE_STAFF
)
put_case_piece = Operation(
    "reports", "put_case_piece", attachments.PutCasePiece, attachments.Upload, CASE_STAFF, repeatable=True
)
cancel_case_upload = Operation(
    "reports", "cancel_case_upload", attachments.OfCaseUpload, None, CASE_STAFF, repeatable=True
)

list_suggestion_attachments = Operation(
    "reports",
    "list_suggestion_attachments",
    attachments.ListSuggestionAttachments,
    attachments.AttachmentListForStaff,
    ANSWERERS,
)
read_suggestion_attachment_part = Operation(
    "reports", "read_suggestion_attachment_part", attachments.ReadSuggestionPart, attachments.AttachmentPart, ANSWERERS
)
begin_suggestion_attachment = Operation(
    "reports", "begin_suggestion_attachment", attachments.BeginSuggestionAttachment, attachments.Upload, ANSWERERS
)
put_suggestion_piece = Operation(
    "reports", "put_suggestion_piece", attachments.PutSuggestionPiece, attachments.Upload, ANSWERERS, repeatable=True
)
cancel_suggestion_upload = Operation(
    "reports", "cancel_suggestion_upload", attachments.OfSuggestionUpload, None, ANSWERERS, repeatable=True
)
