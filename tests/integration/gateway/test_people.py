"""Units, people and their import, through HTTP."""

from __future__ import annotations

import httpx

from tests.integration.gateway.conftest import answered
from tests.support.waiting import eventually


def test_a_unit_and_a_person_are_created_read_listed_and_changed(admin: httpx.Client, root_unit: str) -> None:
    unit = admin.post(
        "/units", json={"name": "法律援助处", "kind": "department", "parent_id": root_unit, "line": "bureau"}
    )
    answered(unit, 201)
    person = {"username": "wang.fang", "name": "王芳", "unit_id": unit.json()["id"]}
    created = admin.post("/people", json=person)
    answered(created, 201)
    address = created.headers["Location"]
    assert address.startswith("/api/v1/people/")
    read = admin.get(address.removeprefix("/api/v1"))
    assert read.json() == created.json()
    listed = admin.get("/people", params={"username": "wang.fang"}).json()["items"]
    assert [item["id"] for item in listed] == [created.json()["id"]]
    changed = admin.patch(
        address.removeprefix("/api/v1"), json={"position": "主任"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert (changed.status_code, changed.json()["position"]) == (200, "主任")
    stale = admin.patch(
        address.removeprefix("/api/v1"), json={"position": "科员"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert stale.status_code == 412


def test_the_same_key_creates_once(admin: httpx.Client, root_unit: str) -> None:
    person = {"username": "zhao.lei", "name": "赵磊", "unit_id": root_unit, "line": "bureau"}
    headers = {"Idempotency-Key": "create-zhao-lei"}
    first = admin.post("/people", json=person, headers=headers)
    again = admin.post("/people", json=person, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = admin.post("/people", json={**person, "name": "赵雷"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"


def test_people_are_imported_with_an_account_of_every_rejected_row(admin: httpx.Client, root_unit: str) -> None:
    table = "用户名,姓名,单位,条线\nchen.jie,陈杰,市司法局,干警\n,无名,市司法局,干警\nliu.yang,刘洋,没有这个单位,干警\n"
    started = admin.post("/imports/people", files={"file": ("人员.csv", table.encode("gb18030"), "text/csv")})
    assert started.status_code == 202

    def finished() -> dict | None:
        state = admin.get(f"/imports/{started.json()['id']}").json()
        return state if state["state"] != "running" else None

    done = eventually(finished)
    assert (done["state"], done["total"], done["created"]) == ("done", 3, 1)
    assert [row["row"] for row in done["rejected"]] == [3, 4]
    assert all("." not in row["message"].rstrip(".。") for row in done["rejected"])


def test_lists_are_read_page_by_page(admin: httpx.Client, root_unit: str) -> None:
    for number in range(3):
        person = {"username": f"page{number}", "name": f"第{number}页", "unit_id": root_unit, "line": "bureau"}
        answered(admin.post("/people", json=person), 201)
    seen: list[str] = []
    cursor = None
    while True:
        page = admin.get("/people", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["items"]) <= 2
        seen += [item["username"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert {"page0", "page1", "page2"} <= set(seen)


def test_a_cursor_that_nobody_gave_is_invalid(admin: httpx.Client) -> None:
    response = admin.get("/people", params={"cursor": "nonsense"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "cursor"
