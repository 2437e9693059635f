"""What is granted to single persons in an exam: exemption, more minutes, another window, further attempts."""

from datetime import datetime
from typing import Any

WINDOW = ("opens_at", "closes_at", "latest_start_at")

# An exam is read whole with what was granted in it; so many persons keep it small.
MAX_OVERRIDES = 1000


def personal(exam: dict[str, Any], person_id: str) -> dict[str, Any]:
    """The exam as it is for this person. Another window without a latest start has none; the limit grows by the extra
    minutes, but still ends where the person's window does.
    """
    granted = exam.get("overrides", {}).get(person_id)
    if granted is None:
        return exam
    window = {name: granted[name] for name in WINDOW if granted.get(name) is not None}
    if window:
        window.setdefault("latest_start_at", None)
    return {
        **exam,
        **window,
        "time_limit_minutes": exam["time_limit_minutes"] + granted["extra_minutes"],
        "attempts_allowed": exam["attempts_allowed"] + granted["further_attempts"],
        "exempt": granted["exempt"],
    }


def opens_first_at(exam: dict[str, Any]) -> datetime:
    """From when on anybody may sit the exam: the earliest opening of all that was granted, and its own."""
    own = [granted["opens_at"] for granted in exam.get("overrides", {}).values() if granted.get("opens_at")]
    first: datetime = min([exam["opens_at"], *own])
    return first


def shut_at(exam: dict[str, Any]) -> datetime:
    """When the exam is over for everybody: the latest closing of all that was granted, and its own."""
    own = [granted["closes_at"] for granted in exam.get("overrides", {}).values() if granted.get("closes_at")]
    latest: datetime = max([exam["closes_at"], *own])
    return latest


def exempt(exam: dict[str, Any]) -> list[str]:
    """Who need not sit it."""
    return sorted(id for id, granted in exam.get("overrides", {}).items() if granted["exempt"])


def personal_closings(exam: dict[str, Any]) -> list[dict[str, Any]]:
    """For whom it closes at a time of their own, and when: ``[{"person_id", "closes_at"}]``."""
    return [
        {"person_id": id, "closes_at": granted["closes_at"]}
        for id, granted in sorted(exam.get("overrides", {}).items())
        if granted.get("closes_at") is not None
    ]


def window_errors(exam: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with a window: it must have a beginning before its end, and a latest start within."""
    errors = []
    if exam["closes_at"] <= exam["opens_at"]:
        errors.append({"field": "closes_at", "message": "exam.closes_before_it_opens"})
    latest = exam.get("latest_start_at")
    if latest is not None and not exam["opens_at"] <= latest <= exam["closes_at"]:
        errors.append({"field": "latest_start_at", "message": "exam.latest_start_outside"})
    return errors
