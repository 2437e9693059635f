"""Every reason that the account of an import of questions may give has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway import language

FILES = Path(__file__).resolve().parents[2] / "services" / "quiz" / "files"
CODES = sorted(
    {code for path in FILES.glob("*.py") for code in re.findall(r'"(import\.\w+)"', path.read_text("utf-8"))}
)


def test_there_are_reasons_to_look_at() -> None:
    assert len(CODES) > 30


@pytest.mark.parametrize("code", CODES)
def test_a_reason_is_told_in_both_languages_and_names_what_stood_there(code: str) -> None:
    for tongue in ("zh-CN", "en"):
        assert language.knows(code)
        assert code not in language.text(code, tongue, value="〈x〉")
