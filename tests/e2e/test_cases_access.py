"""Who may do what with cases: every route, action and list of the tasks service, tried as everybody there is, on the
whole system.

``cases_access_table.py`` is the table, and docs/case-access.md the same for people. Whatever is not somebody's to know
of is answered as what does not exist: with the same status and the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType
from typing import Any

import httpx
import pytest

from contracts.roles import ALL_ROLES
from gateway.app import resource_modules
from services.tasks.model.transitions import STATES as MODEL_STATES
from services.tasks.model.transitions import TABLE
from tests.e2e import cases_access_asking as asking
from tests.e2e import cases_access_scene as scenes
from tests.e2e import study_access_table
from tests.e2e.cases_access_document import DOCUMENT, case_access_markdown
from tests.e2e.cases_access_people import ACCOUNTS
from tests.e2e.cases_access_scene import Client, Scene
from tests.e2e.cases_access_table import ACTIONS, COLUMNS, FOUND, ROUTES, STATES, Found, Route, Tried
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

# A case is acted on by one route, which has a table of its own.
ACTING = "POST /cases/{}/actions"
# What is asked of a case by way of other services; the report itself is in access_table.py.
ALSO = {
    "GET /imports/{}",
    *(f"{route.method} {route.above}{route.below}" for route in ROUTES if "asked" in route.above),
}
AT_ONCE = 4


@pytest.fixture(scope="module")
def scene(system: System) -> Iterator[Scene]:
    with scenes.made(system) as made:
        yield made


@pytest.mark.parametrize("found", FOUND, ids=lambda found: f"{found.path} {found.place}")
def test_everybody_finds_in_a_list_what_they_may_know_of(scene: Scene, found: Found) -> None:
    seen = {}
    for name in COLUMNS:
        listed = everything(scene.clients[name], found.path)
        seen[name] = None if listed is None else scene.places[found.place] in listed
    assert seen == found.seen


@pytest.mark.parametrize("by", ["state", "category", "unit", "source"])
def test_everybody_counts_as_many_cases_as_they_find(scene: Scene, by: str) -> None:
    def agree() -> bool:
        """Reports of tests before may still become cases between two looks."""
        found = {name: everything(scene.clients[name], "/cases") for name in scene.people}
        readers = {name: len(ids) for name, ids in found.items() if ids is not None}
        assert readers.keys() >= {*scenes.KEPT_OUT, "dsk", "dof", "han", "joi", "lea", "lof", "sup"}
        counted = {name: scene.clients[name].get("/cases/counts", params={"by": by}).json() for name in readers}
        sums = {name: sum(figure["count"] for figure in one["counts"]) for name, one in counted.items()}
        assert {name: (one["total"], sums[name]) for name, one in counted.items()} == {
            name: (count, count) for name, count in readers.items()
        }
        return True

    eventually(agree)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_everybody_gets_what_the_table_says(scene: Scene, route: Route) -> None:
    got = {name: ask(scene.clients[name], route, scene, scene.places) for name in COLUMNS}

    assert {name: answer.status_code for name, answer in got.items()} == route.statuses
    for name, answer in got.items():
        if answer.status_code == 404:
            # Not yours to know of: in the same words as what does not exist.
            unknown = ask(scene.clients[name], route, scene, nothings(scene.places))
            assert (unknown.status_code, said(unknown)) == (404, said(answer)), name
        if answer.status_code in (401, 403, 404):
            assert not any(id in answer.text for id in scene.places.values() if not id.isdigit()), name


@pytest.mark.parametrize("tried", ACTIONS, ids=lambda tried: f"{tried.action} {tried.state}")
def test_everybody_may_take_the_actions_that_the_table_gives_them(scene: Scene, tried: Tried) -> None:
    case = scene.states[tried.state]
    before = scene.clients["dsk"].get(f"/cases/{case}").json()
    got = {}
    for name, expected in tried.statuses.items():
        # What is taken, is taken on a copy; whatever is refused leaves the case as it was.
        on = scene.copies.of(case) if expected == 200 else case
        got[name] = take(scene, name, on, tried.action)

    assert {name: answer.status_code for name, answer in got.items()} == tried.statuses
    assert scene.clients["dsk"].get(f"/cases/{case}").json() == before
    unknown = said(take(scene, "dsk", asking.UNKNOWN, tried.action))
    assert all(said(answer) == unknown for answer in got.values() if answer.status_code == 404)


@pytest.mark.parametrize("place", [*STATES, "part", "above"])
def test_exactly_the_actions_that_a_case_lists_for_somebody_are_taken_from_them(scene: Scene, place: str) -> None:
    case = scene.states.get(place) or scene.places[place]
    shown = {name: scene.clients[name].get(f"/cases/{case}") for name in scene.people}
    allowed = {name: answer.json()["allowed_actions"] for name, answer in shown.items() if answer.status_code == 200}
    assert {"lea", "sup"} <= allowed.keys() or place == "above"
    if shown["sup"].json()["extension_request"] is None:
        # Nothing tells the leaders from each other.
        allowed.pop("oth", None)

    def outcome(who: str, action: str) -> tuple[str, str, int, bool]:
        listed = action in allowed[who]
        on = scene.copies.of(case) if listed else case
        status = take(scene, who, on, action).status_code
        return who, action, status, status == 200 if listed else status in (403, 409)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda one: outcome(*one), [(who, row.action) for who in allowed for row in TABLE]))
    assert [one for one in outcomes if not one[-1]] == []
    assert scene.clients["sup"].get(f"/cases/{case}").json() == shown["sup"].json()


def test_the_tables_have_every_route_action_state_and_role(system: System) -> None:
    told = httpx.get(f"{system.address}/openapi.json", trust_env=False).json()["paths"]
    ours, operations = operations_of_tasks(), set()
    routes = set()
    for path, methods in told.items():
        for method, described in methods.items():
            if isinstance(described, dict) and "operationId" in described:
                name = without_names(f"{method.upper()} {path.removeprefix('/api/v1')}")
                routes.add(name)
                about_a_case = re.match(r"\S+ /cases(?!/{}/report)", name)
                if described["operationId"] in ours or about_a_case:
                    operations.add(name)
    tried = {without_names(route.name) for route in ROUTES} | {ACTING}
    assert len(operations) > 40
    reports = {"GET /cases/{}/report"}
    operations -= {without_names(route.name) for route in study_access_table.ROUTES}
    assert tried - reports == operations | {without_names(name) for name in ALSO} | {"GET /identity-requests"}
    assert tried <= routes
    assert list(dict.fromkeys(one.action for one in ACTIONS)) == [row.action for row in TABLE]
    assert set(STATES) >= set(MODEL_STATES)
    assert {re.sub(r"\d", "", account) for account in ACCOUNTS.values()} == ALL_ROLES


def test_the_document_is_the_one_that_the_tables_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == case_access_markdown()


def ask(client: Client, route: Route, scene: Scene, places: dict[str, str]) -> httpx.Response:
    """The answer to this route with these ids."""
    options = asking.options(route.method, route.above, route.below, scene)
    return client.request(route.method, (route.above + route.below).format_map(places), **options)


def take(scene: Scene, who: str, case_id: str, action: str) -> httpx.Response:
    """The answer to this action."""
    return scene.clients[who].post(f"/cases/{case_id}/actions", json=asking.action(action, who, scene))


def everything(client: Client, path: str) -> set[str] | None:
    """The ids of all that the list shows, page by page; None where there is none for them."""
    ids: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        answer = client.get(path, params={"limit": 200, **cursor})
        if answer.status_code in (401, 403):
            return None
        page = answer.json()
        ids |= {one["id"] for one in page["items"]}
        if page["next_cursor"] is None:
            return ids
        cursor = {"cursor": page["next_cursor"]}


def nothings(places: dict[str, str]) -> dict[str, str]:
    """In every place what there is not."""
    return {name: "999999" if id.isdigit() else asking.UNKNOWN for name, id in places.items()}


def said(answer: httpx.Response) -> dict[str, Any]:
    """The words of an answer; a HEAD has none."""
    return {name: value for name, value in answer.json().items() if name != "trace_id"} if answer.content else {}


def without_names(route: str) -> str:
    """The route with its variables unnamed."""
    return re.sub("{[^}]*}", "{}", route)


def operations_of_tasks() -> set[str]:
    """The ids, as OpenAPI has them, of the gateway's functions that call the tasks service, alone or among others."""
    return {
        f"{module.blp.name}.{name}"
        for module in resource_modules()
        for name, view in vars(module).items()
        if isinstance(view, FunctionType) and hasattr(view, "endpoint") and calls_tasks(view)
    }


def calls_tasks(view: Any) -> bool:
    """Whether this is one of them: by the operation of its route, or by the module of those that it names."""
    return view.endpoint.operation.service == "tasks" or "tasks" in view.__wrapped__.__code__.co_names
