"""Documents: PDF, Office packages as Word, Excel and PowerPoint lay them out, and an older compound file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx as python_docx
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.support.attachments.pictures import jpeg
from tests.support.attachments.telling import TELLING
from tests.support.tables import workbook

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def pdf(words: str = "mingjing") -> bytes:
    """One page with text, a photo, a script, an embedded file, an authored note, metadata in all usual places."""
    document = pikepdf.new()
    document.docinfo["/Author"] = TELLING
    page = document.add_blank_page(page_size=(200, 200))
    photo = Stream(document, jpeg((40, 30)))
    photo.update(
        {
            "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 40, "/Height": 30, "/BitsPerComponent": 8,
            "/ColorSpace": Name.DeviceRGB, "/Filter": Name.DCTDecode,
        }
    )  # fmt: skip
    photo["/Metadata"] = _xmp(document)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(XObject=Dictionary(Photo=photo), Font=Dictionary(F1=font))
    page.Contents = document.make_stream(
        f"BT /F1 12 Tf 20 20 Td ({words}) Tj ET q 40 0 0 30 20 60 cm /Photo Do Q".encode()
    )
    page.PieceInfo = Dictionary(Word=Dictionary(Private=String(TELLING)))
    page.AA = Dictionary(O=_script())
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=Array([1, 1, 9, 9]), Contents=String("seen"), T=String(TELLING)
    )
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        Rect=Array([20, 1, 29, 9]),
        FT=Name.Tx,
        T=String("amount"),
        V=String("500"),
    )
    launch = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([40, 1, 49, 9]), A=Dictionary(S=Name.Launch, F=String(TELLING))
    )
    page.Annots = document.make_indirect(Array([document.make_indirect(each) for each in (note, field, launch)]))
    document.Root.AcroForm = Dictionary(Fields=Array([page.Annots[1]]))
    document.Root.OpenAction = _script()
    document.Root.Metadata = _xmp(document)
    document.attachments["list.txt"] = TELLING.encode()
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx(words: str = "mingjing", extra: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document with a photo, tracked changes, a comment, an author and revision ids; ``extra`` parts."""
    document = python_docx.Document()
    document.core_properties.author = TELLING
    document.core_properties.last_modified_by = TELLING
    document.add_paragraph(words)
    document.add_picture(io.BytesIO(jpeg()))
    file = io.BytesIO()
    document.save(file)
    return repacked(file.getvalue(), {"word/document.xml": _with_changes, "word/settings.xml": _with_settings}, extra)


def _with_changes(part: bytes) -> bytes:
    change = (
        f'<w:p w:rsidR="00AB12CD" w:rsidRDefault="00AB12CD"><w:ins w:id="7" w:author="{TELLING}" '
        f'w:date="2026-01-02T03:04:05Z"><w:r w:rsidRPr="00AB12CD"><w:t>inserted</w:t></w:r></w:ins></w:p>'
    )
    return part.replace(b"<w:sectPr", change.encode() + b"<w:sectPr", 1)


def _with_settings(part: bytes) -> bytes:
    added = (
        '<w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids>'
        f'<w:docVars><w:docVar w:name="a" w:val="{TELLING}"/></w:docVars>'
    )
    return part.replace(b"</w:settings>", added.encode() + b"</w:settings>")


def xlsx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """An Excel workbook whose file tells the folder that it was written in."""

    def with_path(part: bytes) -> bytes:
        path = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            '<mc:Choice Requires="x15"><x15ac:absPath '
            'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" '
            f'url="C:/{TELLING}/"/>'
            "</mc:Choice></mc:AlternateContent>"
        )
        return part.replace(b"<sheets>", path.encode() + b"<sheets>")

    return repacked(workbook([("姓名", "金额"), ("甲", 500)]), {"xl/workbook.xml": with_path}, extra)


def pptx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """The least of a presentation that has a list of comment authors."""
    main = "application/vnd.openxmlformats-officedocument.presentationml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{main}.presentation.main+xml"/>'
        f'<Override PartName="/ppt/commentAuthors.xml" ContentType="{main}.commentAuthors+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="rId1" Type="{_R}/officeDocument" '
        'Target="ppt/presentation.xml"/></Relationships>',
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}"><p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="rId1" '
        f'Type="{_R}/commentAuthors" Target="commentAuthors.xml"/></Relationships>',
        "ppt/commentAuthors.xml": f'<p:cmAuthorLst xmlns:p="{_P}"><p:cmAuthor id="0" name="{TELLING}" '
        f'initials="{TELLING}" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>',
    }
    return packed({name: part.encode() for name, part in parts.items()} | dict(extra or {}))


def compound(*streams: str) -> bytes:
    """A compound file (version 3) that has streams of these names, as older Office and WPS documents do."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    entries = [_entry("Root Entry", 5), *(_entry(name, 2) for name in streams)]
    directory = b"".join(entries)
    directory += bytes(-len(directory) % 512)
    sectors = len(directory) // 512
    chain = [table, *range(2, sectors + 1), end]
    fat = b"".join(number.to_bytes(4, "little") for number in chain).ljust(512, b"\xff")
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    header[24:34] = bytes.fromhex("3e000300feff09000600")
    header[44:48], header[48:52] = (1).to_bytes(4, "little"), (1).to_bytes(4, "little")
    header[56:60] = (4096).to_bytes(4, "little")
    header[60:64] = header[68:72] = end.to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    header[80:512] = free.to_bytes(4, "little") * 108
    return bytes(header) + fat + directory


def _entry(name: str, kind: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = bytearray(128)
    entry[: len(encoded)] = encoded
    entry[64:66] = (len(encoded) + 2).to_bytes(2, "little")
    entry[66] = kind
    entry[68:80] = b"\xff" * 12
    entry[116:120] = (0xFFFFFFFE).to_bytes(4, "little")
    return bytes(entry)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip file of these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The entries of a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(content: bytes, changes: Mapping[str, object], extra: Mapping[str, bytes] | None = None) -> bytes:
    """The package with these entries changed, each by its function, and ``extra`` ones added or replaced."""
    parts = unpacked(content)
    for name, change in changes.items():
        changed = change(parts[name])  # type: ignore[operator]
        assert changed != parts[name], name
        parts[name] = changed
    return packed(parts | dict(extra or {}))


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{TELLING}')"))


def _xmp(document: pikepdf.Pdf) -> Stream:
    xmp = document.make_stream(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        f'rdf:about="" pdf:Producer="{TELLING}"/></rdf:RDF></x:xmpmeta>'.encode()
    )
    xmp.Type, xmp.Subtype = Name.Metadata, Name.XML
    return xmp
