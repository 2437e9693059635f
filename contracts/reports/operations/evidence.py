"""Evidence: texts that are kept sealed and opened again, and the file of an item, piece by piece.

Which items there are, and their custody, the tasks service knows; the gateway asks both.
"""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.schemas import attachments, evidence

keep_evidence_content = Operation(
    "reports", "keep_evidence_content", evidence.KeepEvidenceContent, evidence.Kept, CASE_STAFF
)
keep_custody_content = Operation(
    "reports", "keep_custody_content", evidence.KeepCustodyContent, evidence.Kept, CASE_STAFF
)
open_evidence = Operation("reports", "open_evidence", evidence.OpenEvidence, evidence.OpenedEvidence, CASE_STAFF)

begin_evidence_file = Operation(
    "reports", "begin_evidence_file", evidence.BeginEvidenceFile, attachments.Upload, CASE_STAFF
)
put_evidence_piece = Operation(
    "reports", "put_evidence_piece", evidence.PutEvidencePiece, attachments.Upload, CASE_STAFF, repeatable=True
)
read_evidence_upload = Operation(
    "reports", "read_evidence_upload", evidence.OfEvidenceUpload, attachments.Upload, CASE_STAFF, repeatable=True
)
resume_evidence_upload = Operation(
    "reports", "resume_evidence_upload", evidence.ResumeEvidenceUpload, attachments.Upload, CASE_STAFF, repeatable=True
)
cancel_evidence_upload = Operation(
    "reports", "cancel_evidence_upload", evidence.OfEvidenceUpload, None, CASE_STAFF, repeatable=True
)
read_evidence_file_part = Operation(
    "reports", "read_evidence_file_part", evidence.ReadEvidenceFilePart, attachments.AttachmentPart, CASE_STAFF
)
