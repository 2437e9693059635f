"""What the flows ask of a case over HTTP, and how they are refused."""

from __future__ import annotations

from contextlib import contextmanager


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


def my_id(client):
    """The id of the person who is signed in."""
    return client.get("/me").json()["id"]


@contextmanager
def also_a_handler(signed_in, username):
    """The client of somebody who is a case officer meanwhile."""
    admin = signed_in("admin")
    [person] = admin.get("/people", params={"username": username}).json()["items"]

    def has_roles(*roles):
        answer = admin.patch(f"/people/{person['id']}", json={"roles": roles}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text

    has_roles("member", "handler")
    yield signed_in(username)
    has_roles(*person["roles"])
