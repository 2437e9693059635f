"""Files that are made to break whoever reads them end in a verdict, and cost no more than the limits say."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest

from tests.support.attachments import animation, docx, inspected, jpeg, packed, pdf, png, unpacked, xlsx
from tests.support.attachments.documents import repacked

MIB = 1024 * 1024
TYPES = [
    *("jpeg", "png", "gif", "webp", "heic", "pdf", "ooxml", "docx", "xlsx", "pptx", "ole", "doc", "xls", "ppt", "txt"),
    *("mp3", "m4a", "wav", "amr", "mp4", "mov", "3gp"),
]


@pytest.mark.parametrize("type_code", TYPES)
def test_a_file_without_a_byte_has_no_copy_but_as_text(type_code: str) -> None:
    outcome = inspected(b"", type_code)
    assert outcome.verdict == ("clean_copy" if type_code == "txt" else "unreadable")
    assert outcome.fault == ""


@pytest.mark.parametrize("type_code", TYPES)
def test_nothing_but_nul_bytes_is_unreadable_as_anything(type_code: str) -> None:
    outcome = inspected(bytes(100_000), type_code)
    assert (outcome.verdict, outcome.copy, outcome.fault) == ("unreadable", None, "")


def png_bomb(width: int, height: int) -> bytes:
    """A picture of one colour, packed by a thousand."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + width * 3)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_of_200_megapixels_is_unsafe() -> None:
    bomb = png_bomb(20_000, 10_000)
    assert len(bomb) < MIB
    outcome = inspected(bomb, "png")
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_many_pixels"})


def test_a_picture_that_claims_more_pixels_than_there_are_is_unsafe() -> None:
    content = bytearray(jpeg())
    size = content.index(b"\xff\xc0") + 5
    content[size : size + 4] = b"\xff\xff\xff\xff"
    assert inspected(bytes(content), "jpeg").notes >= {"too_many_pixels"}


def test_an_animation_counts_all_its_frames() -> None:
    outcome = inspected(animation("GIF", frames=12), "gif", animation_pixels=64 * 48 * 5)
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_many_pixels"})


def test_a_flat_bomb_in_a_document_is_unsafe() -> None:
    bomb = docx(extra={"word/media/a.xml": bytes(100 * MIB)})
    assert len(bomb) < MIB
    outcome = inspected(bomb, "docx")
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"expands_too_far"})


def test_a_bomb_that_tells_less_than_it_unpacks_is_noticed() -> None:
    content = bytearray(docx(extra={"word/media/a.xml": bytes(20 * MIB)}))
    for place in (content.rindex(b"PK\x03\x04"), content.rindex(b"PK\x01\x02")):
        field = place + (22 if content[place + 2] == 3 else 24)
        content[field : field + 4] = (1000).to_bytes(4, "little")
    outcome = inspected(bytes(content), "docx", expanded_bytes=10 * MIB)
    assert outcome.verdict in ("unsafe", "unreadable")
    assert outcome.fault == ""


def test_packages_within_packages_are_followed_so_far_and_no_further() -> None:
    def wrapped(inner: bytes) -> bytes:
        return docx(extra={"word/embeddings/a.docx": inner})

    assert inspected(wrapped(wrapped(docx())), "docx").verdict == "clean_copy"
    outcome = inspected(wrapped(wrapped(wrapped(docx()))), "docx")
    assert (outcome.verdict, "expands_too_far" in outcome.notes) == ("unsafe", True)


def test_bombs_in_many_packages_within_one_count_together() -> None:
    inner = xlsx({"xl/media/a.bin": bytes(3 * MIB)})
    bomb = docx(extra={f"word/embeddings/{number}.xlsx": inner for number in range(10)})
    outcome = inspected(bomb, "docx", expanded_bytes=20 * MIB)
    assert (outcome.verdict, "expands_too_far" in outcome.notes) == ("unsafe", True)


def test_an_archive_of_archives_is_no_document() -> None:
    level = bytes(MIB)
    for _ in range(5):
        level = packed({f"{number}.zip": level for number in range(16)})
    assert inspected(level, "ooxml").verdict == "unreadable"


def test_entries_that_lie_over_each_other_are_unsafe() -> None:
    """Every entry of the directory leads to the same packed bytes (D. Fifield, "A better zip bomb", 2019)."""
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/media/0.xml", bytes(MIB))
        entry = archive.getinfo("word/media/0.xml")
        for number in range(1, 50):
            double = zipfile.ZipInfo(f"word/media/{number}.xml")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(double, name, getattr(entry, name))
            archive.filelist.append(double)
            archive.NameToInfo[double.filename] = double
    assert inspected(file.getvalue(), "docx").verdict == "unsafe"


def test_too_many_entries_are_unsafe() -> None:
    bomb = docx(extra={f"word/media/{number}.xml": b"" for number in range(300)})
    assert inspected(bomb, "docx", entries=200).notes == {"too_many_parts"}


def test_entities_that_multiply_are_not_followed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    part = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l9;</a>'.encode()
    outcome = inspected(repacked(docx(), {"word/settings.xml": lambda _: part}), "docx")
    assert (outcome.verdict, outcome.fault) == ("unreadable", "")


def test_a_document_of_very_many_objects_is_unsafe() -> None:
    objects = b"".join(b"%d 0 obj 1 endobj\n" % (number + 100) for number in range(30_000))
    outcome = inspected(pdf().replace(b"startxref", objects + b"startxref 9"), "pdf", objects=20_000)
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_many_parts"})


def test_a_file_that_takes_too_long_is_unsafe() -> None:
    objects = b"".join(b"%d 0 obj [%s] endobj\n" % (number + 100, b"1 " * 100) for number in range(60_000))
    outcome = inspected(pdf().replace(b"startxref", objects + b"startxref 9"), "pdf", cpu_seconds=1)
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_long"})


def test_a_bomb_in_a_stream_of_a_document_is_never_unpacked() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.pages[0].Resources.XObject.Bomb = pikepdf.Stream(document, bytes(300 * MIB))
        document.save(file)
    assert len(file.getvalue()) < MIB
    outcome = inspected(file.getvalue(), "pdf")
    assert outcome.verdict == "clean_copy"
    assert len(outcome.copy or b"") < MIB


def test_a_file_that_needs_more_memory_than_allowed_is_unsafe() -> None:
    bomb = docx(extra={"word/b.xml": b"<a>" + b"<b c='d'/>" * 3_000_000 + b"</a>"})
    outcome = inspected(bomb, "docx", memory_bytes=700 * MIB, ratio=10_000)
    assert (outcome.verdict, outcome.copy) == ("unsafe", None)
    assert outcome.notes & {"too_much_memory", "crashed"}


def test_a_copy_that_grows_too_large_is_unsafe() -> None:
    outcome = inspected(png((800, 800)), "png", copy_bytes=2000)
    # The file itself is taken in under the same limit.
    assert (outcome.verdict, outcome.notes) == ("unsafe", {"too_large"})


def test_a_part_of_a_document_that_is_no_picture_stays_and_is_noted() -> None:
    outcome = inspected(docx(extra={"word/media/a.jpeg": jpeg()[:200]}), "docx")
    assert outcome.verdict == "clean_copy"
    assert "parts_kept_as_they_are" in outcome.notes
    assert unpacked(outcome.copy or b"")["word/media/a.jpeg"] == jpeg()[:200]
