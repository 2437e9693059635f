"""Evidence of the case: said, kept, handed on, opened, struck out; and the file of an item."""

from __future__ import annotations

from typing import Any

from tests.e2e.everything import planted
from tests.e2e.everything.planted import WORDS
from tests.e2e.everything.stage import PATIENCE_S, Stage, told
from tests.support.waiting import eventually

ITEM = {
    "kind": "document",
    "title": WORDS["title of evidence"],
    "source": WORDS["source of evidence"],
    "how": WORDS["way of evidence"],
    "obtained_on": "2026-03-01",
    "obtained_by": WORDS["who took evidence"],
    "place": WORDS["place of evidence"],
}
HANDED_ON = {
    "act": "handed_over",
    "to": WORDS["keeper of evidence"],
    "why": WORDS["why evidence is handed on"],
    "where": WORDS["store of evidence"],
}


def is_gathered(stage: Stage, case: dict[str, Any]) -> None:
    """The handler records two items, sends the file of one, and strikes the other out; the desk opens all of it."""
    desk, handler = stage.staff["desk"], stage.staff["handler"]
    path = f"/cases/{case['id']}/evidence"
    item, other = (f"{path}/{told(handler.post(path, json=ITEM), 201)['item']}" for _ in range(2))
    told(handler.post(f"{item}/custody", json=HANDED_ON), 201)
    told(handler.post(f"{other}/withdraw", json={"reason": WORDS["why evidence is struck out"]}))
    file = (f"{WORDS['file of evidence']}.txt", planted.EXHIBIT, "text/plain")
    told(handler.post(f"{item}/file", files={"file": file}), 201)
    eventually(lambda: not stage.uninspected(), PATIENCE_S)
    for copy in ("original", "clean"):
        fetched = desk.get(f"{item}/file", params={"copy": copy})
        assert fetched.content == planted.EXHIBIT, fetched.text
    eventually(lambda: told(desk.get(item))["links"] == 5, PATIENCE_S)
    seen = told(desk.get(item))
    assert {name: seen[name] for name in ITEM} == ITEM
    assert (seen["custody"][1]["to"], seen["file"]["file_name"]) == (HANDED_ON["to"], file[0])
