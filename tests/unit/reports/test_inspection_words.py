"""Whatever the inspection says is a code, and each has words in both languages."""

import pytest

from gateway.language import CHINESE, ENGLISH, knows, text
from services.reports.inspection import type_table
from services.reports.inspection.verdicts import NOTES, VERDICTS

LOOKS_LIKE = {"empty", "unknown", *(kind.code for kind in type_table().refused)}
CODES = [
    *(f"reports.attachment.note.{note}" for note in sorted(NOTES)),
    *(f"reports.attachment.check.{verdict}" for verdict in VERDICTS),
    *(f"reports.attachment.looks_like.{code}" for code in sorted(LOOKS_LIKE)),
]


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_words_in_both_languages(code: str) -> None:
    assert knows(code)
    chinese, english = text(code, CHINESE), text(code, ENGLISH)
    assert chinese != english
    assert not chinese.isascii()
    assert code not in (chinese, english)
