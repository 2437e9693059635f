"""A file is what its first bytes say; what is not on the list is refused and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports import forms
from services.reports.inspection import TypeRefused, decide_type, type_table
from services.reports.inspection.deciding import HEAD_BYTES
from tests.support.attachments import (
    animation,
    compound,
    docx,
    heic,
    jpeg,
    packed,
    pdf,
    png,
    pptx,
    recording,
    webp,
    xlsx,
)

# One frame of MPEG audio layer III, 128 kbit/s at 44.1 kHz, is 417 bytes.
MPEG_FRAME = b"\xff\xfb\x90\x00" + bytes(413)


@pytest.mark.parametrize(
    ("content", "type_code"),
    [
        (jpeg(), "jpeg"),
        (png(), "png"),
        (animation("GIF"), "gif"),
        (webp(), "webp"),
        (heic(), "heic"),
        (pdf(), "pdf"),
        (b"\xef\xbb\xbf\r\n" + pdf(), "pdf"),
        (docx(), "docx"),
        (xlsx(), "xlsx"),
        (pptx(), "pptx"),
        (compound("WordDocument"), "ole"),
        ("某某收受礼金".encode(), "txt"),
        ("某某收受礼金".encode("gb18030"), "txt"),
        (b"\xef\xbb\xbfwith a byte order mark\r\n", "txt"),
        (b"BM is not a bitmap, MZ no program, and 4 < 5", "txt"),
        (recording("mp3"), "mp3"),
        (MPEG_FRAME * 2, "mp3"),
        (recording("m4a"), "m4a"),
        (recording("wav"), "wav"),
        (recording("amr"), "amr"),
        (recording("mp4"), "mp4"),
        (recording("mov"), "mov"),
        (recording("3gp"), "3gp"),
        (b"\0\0\0\x08wide\0\0\1\0mdat", "mov"),
        (b"\0\0\0\x18ftypzzzz\0\0\0\0zzzyisom", "mp4"),
    ],
)
def test_the_first_bytes_decide(content: bytes, type_code: str) -> None:
    assert decide_type(content[:HEAD_BYTES]).code == type_code


@pytest.mark.parametrize(
    ("content", "looked_like"),
    [
        (b"", "empty"),
        (b"MZ\x90\0\3\0\0\0", "executable"),
        (b"\x7fELF\2\1\1\0", "executable"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "executable"),
        (b"L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0", "executable"),
        (packed({"a.txt": b"a", "word/document.xml": b"<a/>"}), "archive"),
        (packed({"META-INF/MANIFEST.MF": b"a", "[Content_Types].xml": b"<a/>"}), "archive"),
        (packed({"docProps/app.xml": b"<a/>"}), "archive"),
        (b"Rar!\x1a\7\1\0", "archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "archive"),
        (b"\x1f\x8b\x08\0\0", "archive"),
        (b"<!DOCTYPE html><p>", "web_page"),
        (b"\xef\xbb\xbf \r\n<ScRiPt>alert(1)</script>", "web_page"),
        (b"<!-- a page -->%PDF-1.7\n\x00\x01", "web_page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<?xml version='1.0'?><!-- --><svg/>", "svg"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"#!/bin/sh\nrm -r .", "script"),
        (b"@ECHO off\r\n", "script"),
        (b"<?php system(1);", "script"),
        (b"{\\rtf1\\ansi}", "rtf"),
        (b"II*\0\x08\0\0\0", "other_picture"),
        (b"BM\x36\0\x0c\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "other_picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", "other_picture"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81", "other_recording"),
        (b"RIFF\x24\0\0\0AVI LIST", "other_recording"),
        ("UTF-16".encode("utf-16"), "unknown"),
        (b"text with a NUL\0 in it", "unknown"),
        (b"\xff\xfb\x90\x00" + b"\x01" * 500, "unknown"),
        (bytes(range(256)), "unknown"),
    ],
)
def test_what_is_not_on_the_list_is_refused_and_named(content: bytes, looked_like: str) -> None:
    with pytest.raises(TypeRefused) as refused:
        decide_type(content)
    assert refused.value.looked_like == looked_like
    assert "jpeg" in refused.value.allowed
    assert "ooxml" not in refused.value.allowed


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "PK\x03\x04", "\0\0\0\x18ftyp", "RIFF", "\xff\xfb\x90", "%PDF-", "ID3"]),
)
def test_any_bytes_are_decided_or_refused(rest: bytes, start: str) -> None:
    known = {"empty", "unknown", *type_table().types, *(kind.code for kind in type_table().refused)}
    assert decided_or_refused(start.encode("latin-1") + rest) in known


def decided_or_refused(content: bytes) -> str:
    try:
        return decide_type(content).code
    except TypeRefused as refused:
        return refused.looked_like


@given(st.text(min_size=1), st.sampled_from(["utf-8", "gb18030"]), st.integers(0, 3))
def test_a_head_that_ends_within_a_character_is_text_still(words: str, encoding: str, cut: int) -> None:
    controls = {chr(code) for code in [*range(32), 127]} | {"\ufeff"}
    text = "举报" + "".join(letter for letter in words if letter not in controls and not letter.isspace())
    encoded = text.encode(encoding, "ignore")
    assert decide_type(encoded[: len(encoded) - min(cut, len(encoded) - 1)]).code == "txt"


def test_only_the_head_is_looked_at() -> None:
    assert decide_type(b"a" * HEAD_BYTES + b"\0").code == "txt"


def test_the_form_tells_the_same_types() -> None:
    told = forms.current()["limits"]["attachments"]["types"]
    own = [
        {
            "code": kind.code,
            "name": {"zh-CN": kind.name_zh, "en": kind.name_en},
            "extensions": list(kind.extensions),
            "max_bytes": kind.max_bytes,
        }
        for kind in type_table().offered()
    ]
    assert sorted(own, key=lambda row: row["code"]) == sorted(told, key=lambda row: row["code"])
