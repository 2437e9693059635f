"""What is made of study records: waivers, coverage, year-end marks, certificates, exports, xAPI."""

from __future__ import annotations

from contracts.fields import page_of
from contracts.operation import Operation
from contracts.roles import ANY_ROLE, LEADER, PUBLIC, TRAINER
from contracts.tasks.schemas import study_figures as schemas
from contracts.tasks.schemas.study import StudyRecord
from contracts.tasks.schemas.study_sessions import Download

_TRAINERS = frozenset({TRAINER})
_OVERSEERS = frozenset({TRAINER, LEADER})

grant_waiver = Operation("tasks", "grant_waiver", schemas.GrantWaiver, StudyRecord, _TRAINERS)
withdraw_waiver = Operation("tasks", "withdraw_waiver", schemas.WithdrawWaiver, StudyRecord, _TRAINERS)
get_study_coverage = Operation(
    "tasks", "get_study_coverage", schemas.GetCoverage, schemas.Coverage, _OVERSEERS, repeatable=True
)
list_coverage_entries = Operation(
    "tasks",
    "list_coverage_entries",
    schemas.ListCoverageEntries,
    page_of(schemas.CoverageEntry),
    _OVERSEERS,
    repeatable=True,
)
list_coverage_people = Operation(
    "tasks",
    "list_coverage_people",
    schemas.ListCoveragePeople,
    page_of(schemas.CoveragePerson),
    _OVERSEERS,
    repeatable=True,
)
get_year_mark = Operation("tasks", "get_year_mark", schemas.GetYearMark, schemas.YearMark, ANY_ROLE, repeatable=True)
issue_certificate = Operation(
    "tasks", "issue_certificate", schemas.IssueCertificate, schemas.Certificate, ANY_ROLE, repeatable=True
)
list_certificates = Operation(
    "tasks", "list_certificates", schemas.ListCertificates, page_of(schemas.Certificate), ANY_ROLE, repeatable=True
)
print_certificate = Operation(
    "tasks", "print_certificate", schemas.CertificateCode, Download, ANY_ROLE, repeatable=True
)
verify_certificate = Operation(
    "tasks", "verify_certificate", schemas.CertificateCode, schemas.VerifiedCertificate, PUBLIC, repeatable=True
)
export_study_records = Operation(
    "tasks", "export_study_records", schemas.ExportRecords, schemas.ExportedPart, _OVERSEERS, repeatable=True
)
list_statements = Operation(
    "tasks", "list_statements", schemas.ListStatements, schemas.Statements, _OVERSEERS, repeatable=True
)
