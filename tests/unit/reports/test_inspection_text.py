"""The copy of a text is the same text in UTF-8."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.inspection.cleaning.text import clean_text
from tests.support.attachments import inspected

WORDS = st.text(
    st.characters(
        exclude_categories=("Cs",), exclude_characters="".join(map(chr, [*range(9), 11, *range(14, 32), 127]))
    ),
    min_size=1,
)


@pytest.mark.parametrize(
    ("content", "copy", "notes"),
    [
        (b"a\r\nb\rc\n", b"a\nb\nc\n", set()),
        (b"\xef\xbb\xbfa\r", b"a\n", set()),
        ("某某，收受\r\n礼金".encode("gb18030"), "某某，收受\n礼金".encode(), {"converted_to_utf8"}),
        ("invoice\u202egpj.exe".encode(), "invoice\u202egpj.exe".encode(), {"bidi_controls"}),
    ],
)
def test_a_text_is_copied_in_utf8_with_line_feeds(content: bytes, copy: bytes, notes: set[str]) -> None:
    outcome = inspected(content, "txt")
    assert (outcome.verdict, outcome.copy, outcome.notes) == ("clean_copy", copy, notes)


@given(WORDS | st.text("举a\r\n"), st.integers(1, 7))
@settings(deadline=None)
def test_any_text_comes_out_as_it_went_in(words: str, cut: int) -> None:
    words = "举" + words

    class Slowly(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            # Pieces end within characters and between the two bytes of a line's end.
            return super().read(size if size == 64 * 1024 else cut)

    copy = io.BytesIO()
    clean_text(Slowly(words.encode()), copy)
    assert copy.getvalue().decode() == words.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    "content", [b"a" * 70_000 + b"\0", b"a" * 70_000 + b"\xff\xff\xff", b"\xff\xfe\x00", b"a\x1bc"]
)
def test_what_is_not_text_to_its_end_is_unreadable(content: bytes) -> None:
    assert inspected(content, "txt").verdict == "unreadable"


def test_a_text_of_many_pieces_is_one_text() -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield "明镜\r\n".encode() * 5000

    assert inspected(pieces(), "txt").copy == "明镜\n".encode() * 250_000
