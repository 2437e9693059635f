"""Identity requests: asked by who handles the case, decided by the custodian, opened by who asked. Opening is not
repeatable: each is recorded.
"""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.schemas import identity_requests as schemas
from contracts.roles import AUDITOR, CUSTODIAN, SUPERVISOR

CUSTODIANS = frozenset({CUSTODIAN})
FOLLOWERS = CASE_STAFF | {CUSTODIAN, SUPERVISOR, AUDITOR}

ask_for_identity = Operation("reports", "ask_for_identity", schemas.AskForIdentity, schemas.IdentityRequest, CASE_STAFF)
list_identity_requests = Operation(
    "reports",
    "list_identity_requests",
    schemas.ListIdentityRequests,
    schemas.IdentityRequestPage,
    FOLLOWERS,
    repeatable=True,
)
read_identity_request = Operation(
    "reports",
    "read_identity_request",
    schemas.OfIdentityRequest,
    schemas.IdentityRequest,
    FOLLOWERS,
    repeatable=True,
)
decide_identity_request = Operation(
    "reports",
    "decide_identity_request",
    schemas.DecideIdentityRequest,
    schemas.IdentityRequest,
    CUSTODIANS,
    repeatable=True,
)
revoke_identity_request = Operation(
    "reports",
    "revoke_identity_request",
    schemas.RevokeIdentityRequest,
    schemas.IdentityRequest,
    CUSTODIANS,
    repeatable=True,
)
open_identity = Operation("reports", "open_identity", schemas.OfIdentityRequest, schemas.IdentityOpening, CASE_STAFF)
