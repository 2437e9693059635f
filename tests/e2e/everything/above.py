"""A report about the head of the bureau, on its sealed route."""

from __future__ import annotations

from tests.e2e.everything import planted
from tests.e2e.everything.planted import COMPUTER, WORDS
from tests.e2e.everything.stage import Stage

ABOUT_THE_HEAD = {
    "kind": "report",
    "category": "money.gifts",
    "title": WORDS["about the head"],
    "narrative": f"亲眼所见：{WORDS['about the head']}。",
    "subjects": [{"unit": "明镜市司法局", "position": "局长", "name": WORDS["subject"]}],
    "reporter": {"mode": "named", "name": WORDS["name above"], "phone": WORDS["phone above"]},
}


def goes_above(stage: Stage) -> None:
    """Kept from the bureau, and handed to the level above, where it opens."""
    with stage.until_all_has_followed():
        reporter = stage.holder(COMPUTER, ABOUT_THE_HEAD)
        reporter.sends(f"{WORDS['file name']}.txt", planted.LEDGER)
        reporter.writes(WORDS["message above"])
    report = stage.reports.reports.find_one({"route": "above"})
    assert stage.staff["desk"].get(f"/cases/{report['case']['id']}/report").status_code == 404
    stage.run("sealed-reports", "list")
    bundles = stage.system.folder / "bundles"
    stage.run("sealed-reports", "export", "--to", str(bundles))
    stage.run("keys", "check")
    key = stage.system.folder / "secrets" / "reports-superior.key"
    [bundle] = bundles.iterdir()
    stage.run("sealed-reports", "open", str(bundle), "--key", str(key), "--to", str(stage.folder))
    opened = (stage.folder / report["_id"] / "report.json").read_text()
    assert all(WORDS[name] in opened for name in ("about the head", "name above", "message above", "file name"))
