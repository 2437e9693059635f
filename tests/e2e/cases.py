"""What the flows ask of a case over HTTP, and how they are refused."""

from __future__ import annotations


def post(client, case, action, headers=None, **fields):
    """The answer to this action on the case, whatever it is."""
    return client.post(f"/cases/{case['id']}/actions", json={"action": action, **fields}, headers=headers or {})


def act(client, case, action, **fields):
    """The case after this action."""
    answer = post(client, case, action, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(answer, status, slug=None):
    """The problem details of an answer that refuses."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert slug is None or body["type"] == f"/problems/{slug}"
    return body
