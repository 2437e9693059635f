"""The use cases of identity requests: asked by who handles the case, decided by the custodian, opened by who asked.

Reasons are sealed with the report's data key. The identity's key goes from the custodian's client to that of who asked
as sealed bytes, which no key of this service opens (``services/reports/identity_grants.py``).
"""

from services.reports.handlers.identity_requests.asking import ask_for_identity
from services.reports.handlers.identity_requests.counting import count
from services.reports.handlers.identity_requests.deciding import decide_request, revoke_request
from services.reports.handlers.identity_requests.opening import end_over, open_identity
from services.reports.handlers.identity_requests.telling import list_requests, read_request, seen_by_reporter

__all__ = [
    "ask_for_identity",
    "count",
    "decide_request",
    "end_over",
    "list_requests",
    "open_identity",
    "read_request",
    "revoke_request",
    "seen_by_reporter",
]
