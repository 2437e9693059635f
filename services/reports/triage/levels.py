"""The written definitions of the urgencies, for people. Knows no numpy: the service that only shows results needs
none."""

from __future__ import annotations

from collections.abc import Mapping

from services.reports.triage.rules import urgencies

_DEFAULT_LANGUAGE = "zh-CN"


def told(code: str, language: str) -> dict[str, str]:
    """``name``, ``definition`` and ``within`` of an urgency; a code that no version knows is its own name."""
    for level in urgencies().levels:
        if level["code"] == code:
            return {part: in_language(level[part], language) for part in ("name", "definition", "within")}
    return {"name": code, "definition": "", "within": ""}


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words in this language, in Chinese where there are none."""
    return words.get(language) or words[_DEFAULT_LANGUAGE]
