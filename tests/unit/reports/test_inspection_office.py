"""The copy of an Office document says what its pages say, and not who wrote it, when, where, with what."""

import io
import zipfile

import docx as python_docx
import openpyxl
import pytest

from tests.support.attachments import (
    TELLING,
    compound,
    docx,
    inspected,
    jpeg,
    packed,
    pptx,
    recording,
    tells,
    unpacked,
    xlsx,
)
from tests.support.attachments.documents import repacked

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(outcome_copy: bytes | None) -> dict[str, bytes]:
    assert outcome_copy is not None
    return unpacked(outcome_copy)


def related(part: bytes, *relationships: str) -> bytes:
    return part.replace(b"</Relationships>", "".join(relationships).encode() + b"</Relationships>")


def relationship(id: str, kind: str, target: str, mode: str = "Internal") -> str:
    return f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'


def with_parts(content: bytes, owner: str, relationships: list[str], parts: dict[str, bytes]) -> bytes:
    folder, _, file = owner.rpartition("/")
    name = f"{folder}/_rels/{file}.rels"
    return repacked(content, {name: lambda part: related(part, *relationships)}, parts)


@pytest.mark.parametrize(("content", "type_code"), [(docx(), "docx"), (xlsx(), "xlsx"), (pptx(), "pptx")])
@pytest.mark.parametrize("provisional", [True, False])
def test_the_copy_tells_nothing_of_its_making(content: bytes, type_code: str, provisional: bool) -> None:
    assert tells(content)
    outcome = inspected(content, "ooxml" if provisional else type_code)
    assert (outcome.verdict, outcome.type_code, outcome.fault) == ("clean_copy", type_code, "")
    assert not tells(outcome.copy or b"")


def test_a_document_still_says_what_it_said() -> None:
    copy = python_docx.Document(io.BytesIO(inspected(docx("收受礼金五百元"), "docx").copy or b""))
    assert "收受礼金五百元" in [paragraph.text for paragraph in copy.paragraphs]
    assert len(copy.inline_shapes) == 1
    assert copy.core_properties.author == ""


def test_tracked_changes_stay_without_author_time_and_session() -> None:
    copy = parts_of(inspected(docx(), "docx").copy)
    document = copy["word/document.xml"]
    assert b"inserted" in document
    assert b"<w:ins " in document
    for gone in (b"rsid", b"2026-01-02", TELLING.encode()):
        assert gone not in document
    assert b"rsids" not in copy["word/settings.xml"]


def test_a_workbook_still_has_its_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(inspected(xlsx(), "xlsx").copy or b""))
    assert [[cell.value for cell in row] for row in book.active.rows] == [["姓名", "金额"], ["甲", 500]]


def test_the_names_of_tables_are_not_taken_for_names_of_people() -> None:
    table = (
        b'<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" name="T1" displayName="T1"/>'
    )
    person = (
        b'<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        b'<person displayName="%s" id="{1}" userId="%s" providerId="AD"/></personList>' % ((TELLING.encode(),) * 2)
    )
    copy = parts_of(inspected(xlsx({"xl/tables/table1.xml": table, "xl/persons/person.xml": person}), "xlsx").copy)
    assert b'displayName="T1"' in copy["xl/tables/table1.xml"]
    assert TELLING.encode() not in copy["xl/persons/person.xml"]
    assert b'id="{1}"' in copy["xl/persons/person.xml"]


def test_pictures_and_recordings_within_are_cleaned_like_others() -> None:
    content = docx(extra={"word/media/tone.mp3": recording("mp3"), "word/media/photo.jpeg": jpeg()})
    assert tells(content)
    outcome = inspected(content, "docx")
    assert "location_in_original" in outcome.notes
    copy = parts_of(outcome.copy)
    assert copy["word/media/photo.jpeg"].startswith(b"\xff\xd8\xff")
    assert not tells(outcome.copy or b"")


def test_packages_within_are_cleaned_and_other_objects_leave_their_place() -> None:
    content = with_parts(
        docx(),
        "word/document.xml",
        [relationship("rId90", "package", "embeddings/a.xlsx"), relationship("rId91", "oleObject", "embeddings/b.bin")],
        {"word/embeddings/a.xlsx": xlsx(), "word/embeddings/b.bin": compound("Ole10Native") + TELLING.encode()},
    )
    outcome = inspected(content, "docx")
    assert "embedded_objects_removed" in outcome.notes
    copy = parts_of(outcome.copy)
    assert copy["word/embeddings/b.bin"] == b""
    assert openpyxl.load_workbook(io.BytesIO(copy["word/embeddings/a.xlsx"])).active["A1"].value == "姓名"
    assert not tells(outcome.copy or b"")


def test_macros_are_removed_with_everything_that_leads_to_them() -> None:
    macro_type = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    content = with_parts(
        docx(),
        "word/document.xml",
        [relationship("rId90", "vbaProject", "vbaProject.bin")],
        {
            "word/vbaProject.bin": compound("VBA"),
            "word/vbaData.xml": b"<a/>",
            "word/_rels/vbaProject.bin.rels": b"<a/>",
        },
    )
    plain_type = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    content = repacked(content, {"[Content_Types].xml": lambda part: part.replace(plain_type, macro_type)})
    outcome = inspected(content, "docx")
    assert (outcome.verdict, outcome.fault) == ("clean_copy", "")
    assert "macros_removed" in outcome.notes
    copy = parts_of(outcome.copy)
    assert not [name for name in copy if "vba" in name.lower()]
    assert b"vbaProject" not in copy["word/_rels/document.xml.rels"]
    assert macro_type not in copy["[Content_Types].xml"]
    assert plain_type in copy["[Content_Types].xml"]
    assert python_docx.Document(io.BytesIO(outcome.copy or b"")).paragraphs


def test_what_would_be_loaded_from_elsewhere_leads_nowhere() -> None:
    content = with_parts(
        docx(),
        "word/document.xml",
        [
            relationship("rId90", "image", "http://tracker.example/a.png", "External"),
            relationship("rId91", "hyperlink", "https://law.example/", "External"),
            relationship("rId92", "hyperlink", f"file:///C:/Users/{TELLING}/a.doc", "External"),
            relationship("rId93", "attachedTemplate", f"file:///{TELLING}.dotm", "External"),
        ],
        {},
    )
    outcome = inspected(content, "docx")
    assert "external_references" in outcome.notes
    relations = parts_of(outcome.copy)["word/_rels/document.xml.rels"].decode()
    assert "tracker.example" not in relations
    assert "https://law.example/" in relations
    assert TELLING not in relations
    assert "rId93" not in relations


def test_thumbnails_printers_signatures_and_custom_parts_are_gone() -> None:
    content = with_parts(
        xlsx({"docProps/thumbnail.jpeg": jpeg(), "customXml/item1.xml": b"<a/>", "_xmlsignatures/sig1.xml": b"<a/>"}),
        "xl/workbook.xml",
        [relationship("rId90", "printerSettings", "printerSettings/printerSettings1.bin")],
        {
            "docProps/custom.xml": TELLING.encode(),
            "xl/printerSettings/printerSettings1.bin": TELLING.encode(),
        },
    )
    outcome = inspected(content, "xlsx")
    names = set(parts_of(outcome.copy))
    assert not {
        name for name in names if name.startswith(("customXml", "_xmlsig")) or "thumbnail" in name or "printer" in name
    }
    assert "docProps/custom.xml" not in names
    assert "signatures_removed" in outcome.notes


def test_a_part_does_not_refer_to_what_is_gone() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    setup = f'<pageSetup xmlns:r="{OFFICE}" orientation="portrait" r:id="rId1"/></worksheet>'.encode()
    relations = f'<Relationships xmlns="{RELATIONSHIPS}"></Relationships>'.encode()
    printer = relationship("rId1", "printerSettings", "../printerSettings/printerSettings1.bin")
    content = repacked(
        xlsx(),
        {sheet: lambda part: part.replace(b"</worksheet>", setup)},
        {
            "xl/worksheets/_rels/sheet1.xml.rels": related(relations, printer),
            "xl/printerSettings/printerSettings1.bin": TELLING.encode(),
        },
    )
    copy = parts_of(inspected(content, "xlsx").copy)
    assert b'orientation="portrait"' in copy[sheet]
    assert b"rId1" not in copy[sheet]
    assert openpyxl.load_workbook(io.BytesIO(packed(copy))).active["A1"].value == "姓名"


def test_entries_have_neither_times_nor_comments() -> None:
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = TELLING.encode()
    outcome = inspected(file.getvalue(), "docx")
    assert "trailing_data" in outcome.notes
    with zipfile.ZipFile(io.BytesIO(outcome.copy or b"")) as copy:
        assert copy.comment == b""
        assert {entry.date_time for entry in copy.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "parts",
    [
        {"a.txt": b"no document"},
        {"[Content_Types].xml": b"<Types/>"},
        {"word/document.xml": b"<a/>"},
        {"[Content_Types].xml": b"<Types>", "word/document.xml": b"<a/>"},
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b'<!DOCTYPE a [<!ENTITY e "e">]><a>&e;</a>'},
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"\0\0\0"},
    ],
)
def test_a_package_that_is_no_document_is_unreadable(parts: dict[str, bytes]) -> None:
    outcome = inspected(packed(parts), "ooxml")
    assert (outcome.verdict, outcome.fault, outcome.copy) == ("unreadable", "", None)


@pytest.mark.parametrize("name", ["/etc/passwd", "word/../../a", "word\\a", "C:/a", "word/./a", "word//a"])
def test_names_that_lead_out_of_the_package_are_unsafe(name: str) -> None:
    outcome = inspected(docx(extra={name: b"a"}), "docx")
    assert (outcome.verdict, "bad_entry_names" in outcome.notes) == ("unsafe", True)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["word/document.xml", "WORD/Document.xml"])
def test_two_entries_of_one_name_are_unsafe(name: str) -> None:
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"<other/>")
    assert inspected(file.getvalue(), "docx").verdict == "unsafe"


def test_an_encrypted_entry_is_unreadable() -> None:
    content = bytearray(docx())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    outcome = inspected(bytes(content), "docx")
    assert (outcome.verdict, outcome.notes) == ("unreadable", {"encrypted"})


@pytest.mark.parametrize(
    ("streams", "verdict", "type_code", "note"),
    [
        (("WordDocument",), "no_clean_copy", "doc", "metadata_kept"),
        (("Workbook", "_VBA_PROJECT_CUR"), "no_clean_copy", "xls", "macros_present"),
        (("PowerPoint Document", "a", "b", "c", "d", "e"), "no_clean_copy", "ppt", "metadata_kept"),
        (("EncryptionInfo", "EncryptedPackage"), "unreadable", "ole", "encrypted"),
        (("__nameid_version1.0",), "unreadable", "ole", "not_this_type"),
    ],
)
def test_older_documents_are_told_apart_and_not_rewritten(
    streams: tuple[str, ...], verdict: str, type_code: str, note: str
) -> None:
    outcome = inspected(compound(*streams), "ole")
    assert (outcome.verdict, outcome.type_code, outcome.copy, outcome.fault) == (verdict, type_code, None, "")
    assert note in outcome.notes


@pytest.mark.parametrize("length", [8, 511, 512, 1000])
def test_an_older_document_that_breaks_off_is_unreadable(length: int) -> None:
    outcome = inspected(compound("WordDocument")[:length], "ole")
    assert (outcome.verdict, outcome.notes, outcome.fault) == ("unreadable", {"broken"}, "")


def test_an_older_document_whose_directory_goes_in_circles_is_unreadable() -> None:
    content = bytearray(compound("WordDocument"))
    content[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")
    assert inspected(bytes(content), "ole").notes == {"broken"}
