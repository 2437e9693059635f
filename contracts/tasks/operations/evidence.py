"""Evidence: items and their custody, without what is said of them."""

from __future__ import annotations

from contracts.fields import page_of
from contracts.operation import Operation
from contracts.roles import DESK, HANDLER
from contracts.tasks.schemas import evidence

# Whoever reads the file of a case; which case that is, the service decides.
FILE_READERS = frozenset({DESK, HANDLER})

add_evidence = Operation("tasks", "add_evidence", evidence.AddEvidence, evidence.StoredItem, FILE_READERS)
list_evidence = Operation(
    "tasks", "list_evidence", evidence.ListEvidence, page_of(evidence.StoredItem), FILE_READERS, repeatable=True
)
get_evidence = Operation(
    "tasks", "get_evidence", evidence.OfItem, evidence.StoredItemWithCustody, FILE_READERS, repeatable=True
)
record_custody = Operation("tasks", "record_custody", evidence.RecordCustody, evidence.Link, FILE_READERS)
withdraw_evidence = Operation("tasks", "withdraw_evidence", evidence.WithdrawEvidence, evidence.Link, FILE_READERS)
expect_evidence_file = Operation("tasks", "expect_evidence_file", evidence.OfItem, None, FILE_READERS, repeatable=True)
