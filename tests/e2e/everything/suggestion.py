"""A suggestion that is answered, and erased when its time is over."""

from __future__ import annotations

from datetime import timedelta

from chassis import clock
from tests.e2e.everything import planted
from tests.e2e.everything.planted import SIX, WORDS
from tests.e2e.everything.stage import Stage, told
from tests.support.attachments import tells

SUGGESTION = {
    "kind": "suggestion",
    "category": "service.convenience",
    "title": WORDS["title of the suggestion"],
    "narrative": f"建议{WORDS['suggestion']}。",
    "reporter": {"mode": "named", "name": WORDS["name"], "phone": WORDS["phone"]},
}


def is_answered_and_erased(stage: Stage) -> None:
    """Answered, and erased when its time is over."""
    desk = stage.staff["desk"]
    with stage.until_all_has_followed():
        giver = stage.holder(SIX, SUGGESTION)
        sent = giver.sends(f"{WORDS['file name']}.jpg", planted.PICTURE)
        giver.writes(WORDS["message"])
    [item] = told(desk.get("/suggestions"))["items"]
    path = f"/suggestions/{item['id']}"
    assert WORDS["suggestion"] in told(desk.get(path))["narrative"]
    assert told(desk.get(f"{path}/messages"))["items"][0]["text"] == WORDS["message"]
    [file] = told(desk.get(f"{path}/attachments"))["items"]
    assert (file["id"], file["file_name"]) == (sent, f"{WORDS['file name']}.jpg")
    opened = desk.get(f"{path}/attachments/{sent}/content")
    assert (opened.status_code, tells(opened.content), tells(planted.PICTURE)) == (200, False, True)
    told(desk.get(f"{path}/triage"))
    told(desk.post(f"{path}/messages", json={"text": WORDS["answer of staff"]}), 201)
    told(desk.post(f"{path}/answer", json={"decision": "not_adopted", "because": WORDS["because"]}))
    with stage.moments.noting():
        assert giver.sees()["answer"]["because"] == WORDS["because"]

    # As if it had been answered long ago, and its keys were destroyed a while ago.
    changed = {"_id": item["id"]}
    stage.reports.reports.update_one(changed, {"$set": {"ended_at": clock.now() - timedelta(days=400)}})
    stage.run("retention", "dry-run")
    stage.run("retention", "run", "--yes")
    stage.reports.reports.update_one(changed, {"$set": {"erasure.at": clock.now() - timedelta(minutes=5)}})
    stage.run("retention", "run", "--yes")
    assert stage.reports.reports.find_one(changed)["erasure"]["state"] == "erased"
    with stage.moments.noting():
        giver.gets(410, "GET", "/reports/current", giver.receipt)
