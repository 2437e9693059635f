"""A course and three study sessions of the training officer's unit, two of them last week with those who attended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.seed.context import Client, Context

UNIT = "政治部"
COURSE = "廉洁从业必修课"
SPEAKERS = ("冯育才", "党校教师甲", "党校教师乙")
ATTENDED = ("trainer", "member1", "member2", "member3", "member4")
# Title, how many days from now, how many of the speakers; the one with fewer than three does not count for its week.
SESSIONS = (("集中学习：政法队伍纪律作风", -7, 3), ("集中学习：英模事迹", -6, 2), ("集中学习：民法典专题", 0, 3))


def run(context: Context) -> None:
    """Adds what is missing of the above."""
    trainer, admin = context.client("trainer"), context.client("admin")
    unit_id = next(unit["id"] for unit in admin.items("/units") if unit["name"] == UNIT)
    people = {person["username"]: person["id"] for person in admin.items("/people")}
    course = _course(trainer)
    there = {session["title"] for session in trainer.items("/study-sessions", branch_id=unit_id)}
    for title, days, speakers in context.track(SESSIONS, "集中学习"):
        if title not in there:
            session = trainer.api("POST", "/study-sessions", _session(title, unit_id, course["id"], days, speakers))
            if days < 0:
                _attend(trainer, session, [people[username] for username in ATTENDED])


def _course(trainer: Client) -> dict[str, Any]:
    for found in trainer.items("/courses"):
        if found["title"] == COURSE:
            return found
    made: dict[str, Any] = trainer.api("POST", "/courses", {"title": COURSE, "required": True, "roles": ["trainer"]})
    return made


def _session(title: str, unit_id: str, course_id: str, days: int, speakers: int) -> dict[str, Any]:
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return {
        "title": title,
        "unit_id": unit_id,
        "course_id": course_id,
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
        "place": "三楼会议室",
        "material": "学习材料由政治部下发",
        "speakers": [{"name": name} for name in SPEAKERS[:speakers]],
        "credits": 2,
    }


def _attend(trainer: Client, session: dict[str, Any], person_ids: list[str]) -> None:
    path = f"/study-sessions/{session['id']}/attendance"
    trainer.api("PUT", path, {"person_ids": person_ids}, headers={"If-Match": "*"})
