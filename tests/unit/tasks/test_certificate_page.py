"""What can be read from a certificate's page: text and code are read back from the PDF."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import UTC, datetime

import segno

from services.tasks.certificate_page import pdf

CERTIFICATE = {
    "_id": "ABCD-EFGH-JKMN-PQRS",
    "name": "王小明",
    "kind": "exam",
    # After midnight in the bureau.
    "at": datetime(2026, 3, 3, 17, tzinfo=UTC),
    "title": "年终（法律）知识考试",
    "credits": 1.5,
    "issued_at": datetime(2026, 3, 5, 1, tzinfo=UTC),
}


def drawn(file: bytes) -> bytes:
    """The page's drawing, unpacked (ISO 32000-1, 7.4: ASCII85Decode, then FlateDecode)."""
    (stream,) = re.findall(rb"/ASCII85Decode /FlateDecode.*?stream\s+(.*?)~>\s*endstream", file, re.S)
    return zlib.decompress(base64.a85decode(stream))


def lines(file: bytes) -> list[str]:
    """The texts of the page; a string is UCS-2 with escapes (7.3.4.2)."""
    written = re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", drawn(file), re.S)
    escape = re.compile(rb"\\(?:([0-7]{3})|(.))", re.S)
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def unescaped(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1] else named.get(found[2], found[2])

    return [escape.sub(unescaped, one).decode("utf-16-be") for one in written]


def test_a_certificate_shows_who_what_when_and_the_code_by_which_it_is_verified():
    shown = lines(pdf(CERTIFICATE))

    assert "王小明" in shown
    assert "《年终（法律）知识考试》" in shown
    assert "考试合格：2026年3月4日" in shown
    assert "学时 Credits：1.5" in shown
    assert "验证码 Verification code：ABCD-EFGH-JKMN-PQRS" in shown


def test_a_certificate_shows_the_grade_in_both_languages_without_taking_room_from_the_code():
    with_grade = lines(pdf(CERTIFICATE, {"name": "优秀", "english": "excellent"}))

    assert "学时 Credits：1.5　等级 Grade：优秀 excellent" in with_grade
    assert len(with_grade) == len(lines(pdf(CERTIFICATE)))
    assert not any("Grade" in line for line in lines(pdf(CERTIFICATE)))


def test_the_code_is_drawn_to_be_scanned_and_is_that_of_this_certificate():
    other = {**CERTIFICATE, "_id": "SSSS-SSSS-SSSS-SSSS"}
    for certificate in (CERTIFICATE, other):
        rows = [list(row) for row in segno.make_qr(certificate["_id"], "m").matrix]
        squares = re.findall(rb"n ([\d.]+) ([\d.]+) [\d.]+ [\d.]+ re f", drawn(pdf(certificate)))
        left, bottom = (min(float(square[place]) for square in squares) for place in (0, 1))
        module = 90 / len(rows)
        found = {
            (round((float(x) - left) / module), round((float(y) - bottom) / module))
            for x, y in squares
        }  # fmt: skip
        dark = {(x, y) for y, row in enumerate(reversed(rows)) for x, dark in enumerate(row) if dark}
        assert found == dark


def test_the_same_certificate_is_the_same_file():
    assert pdf(CERTIFICATE) == pdf(dict(CERTIFICATE))
