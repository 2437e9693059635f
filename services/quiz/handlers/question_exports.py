"""Files of questions handed out: what a format holds whole, and an account of what it does not."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis import offload
from services.quiz import files
from services.quiz.handlers import media
from services.quiz.handlers.questions import filter_of
from services.quiz.model.question import Content, content_of
from services.quiz.store import QuizStore

Document = dict[str, Any]

# As many as an import takes.
EXPORTED = 20_000
# Moodle XML writes three bytes as four, and an import takes 10 MiB.
PICTURES = 7 * 1024 * 1024
# So many questions that are left out are named; all are counted.
LISTED = 1_000
NO_ROOM, BEYOND = "no_room", "beyond"


@dataclass
class _Chosen:
    """What goes into a file and what does not: each question left out with the reason, and how many were not read."""

    contents: list[Content] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    left_out: list[tuple[Document, str]] = field(default_factory=list)
    beyond: int = 0

    @property
    def because(self) -> dict[str, int]:
        """How many are left out for which reason."""
        counted = Counter(reason for _, reason in self.left_out)
        return dict(counted) | ({BEYOND: self.beyond} if self.beyond else {})


def export(store: QuizStore, request: Document) -> Document:
    """The questions that fit, as a file; reading it again changes nothing. Tells how many are left out, and why."""
    chosen = _choose(store, request)
    pictures = media.kept(store, chosen.pictures)
    written = offload(files.write, chosen.contents, request["format"], pictures)
    return _as_file(written, "题库") | _counts(chosen)


def left_out(store: QuizStore, request: Document) -> Document:
    """What the same export leaves out: the first thousand questions, the oldest first, each with the reason."""
    chosen = _choose(store, request)
    items = [
        {"question_id": question["_id"], "stem": question["stem"], "reason": reason}
        for question, reason in chosen.left_out[:LISTED]
    ]
    return {"format": request["format"], "exported": len(chosen.contents), "items": items} | _counts(chosen)


def template(request: Document) -> Document:
    """The empty table that an import reads."""
    return _as_file(offload(files.template, request["format"]), "题库导入模板") | _counts(_Chosen())


def _choose(store: QuizStore, request: Document) -> _Chosen:
    wanted = filter_of(request)
    found = store.bank.all_questions(wanted, EXPORTED)
    sizes = store.media.sizes({picture["id"] for question in found for picture in question.get("media") or ()})
    chosen = offload(_sorted, found, request["format"], sizes)
    if len(found) == EXPORTED:
        chosen.beyond = store.bank.count_questions(wanted) - EXPORTED
    return chosen


def _sorted(found: Sequence[Document], format: str, sizes: Mapping[str, int]) -> _Chosen:
    """A question whose pictures find no room any more is left out; a later one with smaller ones may still."""
    chosen, room = _Chosen(), PICTURES
    for question in found:
        content = content_of({"fixed_options": False, **question})
        reason = files.why_not(content, format)
        ids = {id for _, id, _ in content.media} - chosen.pictures
        size = sum(sizes.get(id, PICTURES + 1) for id in ids)
        if reason is None and size > room:
            reason = NO_ROOM
        if reason is not None:
            chosen.left_out.append((question, reason))
            continue
        room -= size
        chosen.pictures |= ids
        chosen.contents.append(content)
    return chosen


def _counts(chosen: _Chosen) -> Document:
    because = chosen.because
    return {"left_out": sum(because.values()), "because": because}


def _as_file(written: files.Written, name: str) -> Document:
    return {
        "content": base64.b64encode(written.content).decode("ascii"),
        "file_name": f"{name}.{written.suffix}",
        "media_type": written.media_type,
    }
