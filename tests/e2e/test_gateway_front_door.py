"""The front door of the whole system: every demo account gets in as who it is, and the reference is there."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.system

# API.md: the seeded accounts; the role that each must have.
ACCOUNTS = {
    "admin": "admin",
    "desk": "desk",
    "handler": "handler",
    "custodian": "custodian",
    "supervisor": "supervisor",
    "editor": "editor",
    "reviewer1": "reviewer",
    "reviewer2": "reviewer",
    "reviewer3": "reviewer",
    "trainer": "trainer",
    "leader": "leader",
    "auditor": "auditor",
    "member1": "member",
    "member20": "member",
}


@pytest.mark.parametrize(("username", "role"), ACCOUNTS.items())
def test_every_demo_account_signs_in_as_who_it_is(signed_in, username: str, role: str) -> None:
    me = signed_in(username).get("/me").json()
    assert role in me["roles"]
    assert me["unit"]["name"]


def test_every_part_is_ready(system) -> None:
    ready = httpx.get(f"{system.address}/readyz", timeout=60)
    assert ready.status_code == 200, ready.text
    parts = ready.json()["parts"]
    assert {"broker", "database", "identity", "reports", "tasks", "quiz", "publicity"} <= parts.keys()
    assert set(parts.values()) == {"ok"}


def test_the_reference_has_every_path_of_the_main_flows(system) -> None:
    paths = httpx.get(f"{system.address}/openapi.json", timeout=60).json()["paths"]
    for path in (
        "/api/v1/sessions",
        "/api/v1/me",
        "/api/v1/people/{person_id}",
        "/api/v1/imports/{import_id}",
        "/api/v1/reports",
        "/api/v1/reports/current",
        "/api/v1/cases/{case_id}/actions",
        "/api/v1/exams/{exam_id}/attempts",
        "/api/v1/attempts/{attempt_id}/submission",
        "/api/v1/publications/{publication_id}/release",
        "/feeds/{slug}.atom",
    ):
        assert path in paths
    assert httpx.get(f"{system.address}/docs", timeout=60).status_code == 200


def test_the_metrics_tell_of_requests_and_rpcs(system) -> None:
    httpx.get(f"{system.address}/api/v1/report-form", timeout=60)
    text = httpx.get(f"{system.address}/metrics", timeout=60).text
    assert 'route="/api/v1/report-form"' in text
    assert "mingjing_rpc_client_seconds_bucket" in text
