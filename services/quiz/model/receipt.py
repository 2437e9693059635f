"""What a submission's receipt lists, and the hash that anybody who has the answers can compute anew."""

import hashlib
import json
from typing import Any


def listed(answers: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What was stored of each question, by question id: ``sequence``, ``saved_at``, and whether it is ``answered`` or
    was cleared. Neither the answers nor anything of a key.
    """
    return [
        {
            "question_id": id,
            "sequence": stored["sequence"],
            "saved_at": stored["saved_at"],
            "answered": stored["answer"] is not None,
        }
        for id, stored in sorted(answers.items())
    ]


def canonical(attempt_id: str, submitted_at: str, answers: list[dict[str, Any]]) -> bytes:
    """The text that the hash is of: ``{"answers": […], "attempt_id": …, "submitted_at": …}``.

    Each answer is ``{"answer", "question_id", "saved_at", "sequence"}`` with the answer as it is stored, null where it
    was cleared; the list is in the order of the question ids. Times are RFC 3339 in UTC with milliseconds, as the
    platform tells them. The JSON is that of RFC 8785: names in order, no spaces, UTF-8. With texts, booleans, lists of
    texts and whole numbers below 2**53, as they are here, ``JSON.stringify`` of a browser writes the same.
    """
    names = ("answer", "question_id", "saved_at", "sequence")
    ordered = sorted(answers, key=lambda answer: str(answer["question_id"]))
    told = {
        "answers": [{name: answer[name] for name in names} for answer in ordered],
        "attempt_id": attempt_id,
        "submitted_at": submitted_at,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(attempt_id: str, submitted_at: str, answers: list[dict[str, Any]]) -> str:
    """SHA-256 of ``canonical``, in hexadecimal."""
    return hashlib.sha256(canonical(attempt_id, submitted_at, answers)).hexdigest()
