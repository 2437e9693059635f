"""The copy of a PDF document has its pages; nothing that tells of its making, and nothing that acts by itself."""

import io
from collections.abc import Iterator

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream, String

from tests.support.attachments import TELLING, inspected, jpeg, packed, pdf, tells


def opened(content: bytes | None) -> Pdf:
    assert content is not None
    return pikepdf.open(io.BytesIO(content))


def saved(document: Pdf, **options: object) -> bytes:
    file = io.BytesIO()
    document.save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def everything(document: Pdf) -> bytes:
    """All objects as text, all streams unpacked: what no packing can hide."""
    parts = []
    for item in document.objects:
        if isinstance(item, Stream):
            parts += [repr(dict(item.items())).encode()]
            raw = str(item.get("/Filter")) in ("/DCTDecode", "/JPXDecode")
            parts.append(item.read_raw_bytes() if raw else item.read_bytes())
        else:
            parts.append(item.unparse(resolved=True))
    return b"\n".join(parts)


def test_the_copy_tells_nothing_of_its_making() -> None:
    original = pdf()
    assert TELLING.encode() in everything(opened(original))
    outcome = inspected(original, "pdf")
    assert (outcome.verdict, outcome.fault) == ("clean_copy", "")
    copy = opened(outcome.copy)
    assert TELLING.encode() not in everything(copy)
    assert not tells(outcome.copy or b"")
    assert "/Info" not in copy.trailer
    assert not copy.attachments
    assert {"embedded_files_removed", "scripts_removed"} <= outcome.notes


def test_the_pages_stay_as_they_are() -> None:
    copy = opened(inspected(pdf("a bribe of 500"), "pdf").copy)
    page = copy.pages[0]
    assert b"(a bribe of 500) Tj" in page.Contents.read_bytes()
    photo = page.Resources.XObject.Photo
    assert (photo.Width, photo.Height, photo.Filter) == (40, 30, Name.DCTDecode)
    picture = pikepdf.PdfImage(photo).as_pil_image()
    assert picture.size == (40, 30)
    assert not dict(picture.getexif())
    note, field, _ = page.Annots
    assert str(note.Contents) == "seen"
    assert "/T" not in note
    assert (str(field.T), str(field.V)) == ("amount", "500")


def actions() -> Iterator[tuple[str, Dictionary]]:
    for name in ("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition"):
        yield name, Dictionary(S=Name(f"/{name}"), JS=String("app.alert(1)"), F=String("cmd.exe"))


@pytest.mark.parametrize(("name", "action"), list(actions()))
def test_no_action_is_left_wherever_it_hangs(name: str, action: Dictionary) -> None:
    document = opened(pdf())
    document.Root.OpenAction = action
    document.pages[0].AA = Dictionary(O=action)
    item = Dictionary(
        Title=String("1"), Parent=Dictionary(), A=Dictionary(S=Name.URI, URI=String("https://e.org"), Next=action)
    )
    document.Root.Outlines = document.make_indirect(Dictionary(First=document.make_indirect(item), Count=1))
    outcome = inspected(saved(document), "pdf")
    assert "scripts_removed" in outcome.notes
    content = everything(opened(outcome.copy))
    assert f"/{name}".encode() not in content
    assert b"cmd.exe" not in content
    assert b"https://e.org" in content


def test_annotations_that_carry_files_become_empty_places() -> None:
    document = opened(pdf())
    file = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=document.make_stream(b"MZ program")))
    document.pages[0].Annots.append(
        document.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([5, 5, 9, 9]), FS=file)
        )
    )
    outcome = inspected(saved(document), "pdf")
    assert "embedded_files_removed" in outcome.notes
    assert b"MZ program" not in everything(opened(outcome.copy))


def test_names_in_older_chinese_encodings_are_no_fault() -> None:
    document = opened(pdf())
    odd = pikepdf.Object.parse(b"<< /\xc4\xe3 /\xba\xc3 /S /\xba\xc3 /FT /\xba\xc3 /K [ /\xba\xc3 ] /Metadata 1 >>")
    document.Root.Odd = document.make_indirect(odd)
    outcome = inspected(saved(document), "pdf")
    assert (outcome.verdict, outcome.fault) == ("clean_copy", "")
    copy = opened(outcome.copy)
    assert b"/#ba#c3" in copy.Root.Odd.unparse(resolved=True)
    assert "/Metadata" not in copy.Root.Odd


def test_a_signature_goes_with_the_certificate_that_names_its_owner() -> None:
    document = opened(pdf())
    signature = Dictionary(Type=Name.Sig, Contents=String(TELLING), Name=String(TELLING))
    document.Root.AcroForm = Dictionary(
        Fields=Array(
            [document.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=document.make_indirect(signature)))]
        )
    )
    outcome = inspected(saved(document), "pdf")
    assert "signatures_removed" in outcome.notes
    assert TELLING.encode() not in everything(opened(outcome.copy))


def test_a_document_that_needs_a_password_is_unreadable() -> None:
    outcome = inspected(saved(opened(pdf()), encryption=Encryption(owner="o", user="u")), "pdf")
    assert (outcome.verdict, outcome.notes, outcome.copy) == ("unreadable", {"encrypted"}, None)


def test_a_document_that_everyone_may_open_is_copied_without_its_restrictions() -> None:
    outcome = inspected(saved(opened(pdf()), encryption=Encryption(owner="o", user="")), "pdf")
    assert outcome.verdict == "clean_copy"
    assert "restricted" in outcome.notes
    assert not opened(outcome.copy).is_encrypted


def test_what_lies_before_and_behind_a_document_is_noted_and_not_copied() -> None:
    archive = packed({"evil.class": b"\xca\xfe\xba\xbe"})
    outcome = inspected(b"<html><script>alert(1)</script></html>" + pdf() + archive, "pdf")
    assert {"leading_data", "trailing_data", "second_format"} <= outcome.notes
    assert outcome.copy is not None
    assert outcome.copy.startswith(b"%PDF-")
    assert b"<script" not in outcome.copy
    assert b"PK\x05\x06" not in outcome.copy


def test_an_honest_document_gets_no_such_note() -> None:
    assert inspected(pdf(), "pdf").notes == {"embedded_files_removed", "scripts_removed"}


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\0" * 4096, b"%PDF-1.7\n" + jpeg()])
def test_what_has_no_pages_is_unreadable(content: bytes) -> None:
    assert inspected(content, "pdf").verdict == "unreadable"


def test_a_document_whose_table_is_lost_is_repaired() -> None:
    plain = saved(opened(pdf()), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    outcome = inspected(plain.replace(b"startxref\n", b"startxref\n9"), "pdf")
    assert outcome.verdict == "clean_copy"
    assert "repaired" in outcome.notes
    assert TELLING.encode() not in everything(opened(outcome.copy))


@pytest.mark.parametrize("part", [0.1, 0.3, 0.6, 0.9])
def test_a_document_that_breaks_off_has_a_clean_copy_that_opens_or_none(part: float) -> None:
    original = pdf()
    outcome = inspected(original[: int(len(original) * part)], "pdf")
    assert outcome.verdict in ("clean_copy", "unreadable")
    assert outcome.fault == ""
    if outcome.copy:
        assert TELLING.encode() not in everything(opened(outcome.copy))


def test_pages_that_contain_themselves_end_in_a_verdict() -> None:
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    assert inspected(content, "pdf").verdict in ("unreadable", "unsafe")


def test_arrays_within_arrays_end_in_a_verdict() -> None:
    nested = b"[" * 100_000 + b"]" * 100_000
    content = pdf().replace(b"/Count 1", b"/Count 1 /Deep " + nested, 1)
    outcome = inspected(content, "pdf")
    assert outcome.verdict in ("clean_copy", "unreadable", "unsafe")
    assert outcome.fault == ""
