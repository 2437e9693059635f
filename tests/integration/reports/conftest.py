"""What every test of the reports service stands on: its store on a real database, full of other people's reports."""

from __future__ import annotations

import pytest

from services.reports import handlers
from services.reports.keys import public_key
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from tests.integration.reports.building import CALL, a_report, progressed
from tests.support.stores import store_fixture

store = store_fixture(ReportsStore)


@pytest.fixture(scope="session")
def sealer():
    """Keys that stay the same for the session, so that databases and stores of one run fit each other."""
    desk, custodian, lookup, superior = (bytes([number]) * 32 for number in (11, 12, 13, 14))
    return Sealer.of((desk,), public_key(custodian), lookup, superior_public=public_key(superior))


@pytest.fixture(autouse=True, scope="module")
def noise(store, sealer):
    """Reports, suggestions, messages and cases of others, so that a query that matches too much is noticed."""
    for number in range(3):
        submitted = handlers.submit_report(store, sealer, a_report(title=f"他人的举报{number}"), CALL)
        suggestion = a_report(kind="suggestion", category="service", title=f"他人的建议{number}")
        handlers.submit_report(store, sealer, suggestion, CALL)
        message = {"receipt": submitted["receipt"], "text": f"他人的消息{number}"}
        handlers.post_message(store, sealer, message, CALL)
        progressed(store, sealer, submitted["receipt"], case_id=f"noise-{number}", handler_id="somebody-else")
