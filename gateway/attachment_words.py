"""What the inspection found of attachments, in words beside its codes."""

from __future__ import annotations

from typing import Any

from gateway.language import knows, text


def in_words(attachment: dict[str, Any], language: str) -> dict[str, Any]:
    """The attachment with ``check_text`` and ``note_texts``."""
    check, scan = attachment["check"], attachment["scan"]
    said = text(f"reports.attachment.check.{check}", language)
    if scan == "not_scanned":
        said = f"{said} {text('reports.attachment.not_scanned', language)}"
    notes = [_note(note, language) for note in attachment["notes"]]
    return {**attachment, "check_text": said, "note_texts": notes}


def all_in_words(answer: dict[str, Any], language: str) -> dict[str, Any]:
    """A list of attachments, each in words."""
    return {**answer, "items": [in_words(item, language) for item in answer["items"]]}


def _note(code: str, language: str) -> str:
    known = f"reports.attachment.note.{code}"
    return text(known, language) if knows(known) else code
