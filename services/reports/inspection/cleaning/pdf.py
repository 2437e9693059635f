"""Copies of PDF documents: the pages as they are; no metadata, no embedded files, nothing that acts by itself.

All objects are looked at, not the known places only, for a reader follows references from anywhere.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from services.reports.inspection.cleaning.embedded_jpeg import without_jpeg_metadata, without_jpx_metadata
from services.reports.inspection.limits import Limits
from services.reports.inspection.verdicts import Unreadable, Unsafe

# Keys that only metadata, histories and previews have, whatever object they are in.
_METADATA = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/CreatorInfo", "/SpiderInfo")
_SCRIPTS = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA")
_FILES = ("/EmbeddedFiles", "/EF", "/AF", "/Collection")
_SIGNATURES = ("/Perms", "/DSS", "/Legal")
# Actions that run, load or send something (ISO 32000-2, table 201). Following a link by hand stays possible.
_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/GoTo3DView",
    }
)
# Annotations that carry files or play something.
_CARRIERS = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
_AUTHORED = ("/T", "/M", "/CreationDate", "/NM")
_DEPTH = 200


def prepare() -> None:
    """Let the library load its ciphers, which it does at the first encrypted document."""
    file = io.BytesIO()
    with pikepdf.new() as document:
        document.save(file, encryption=pikepdf.Encryption(owner="", user=""))
    pikepdf.open(file).close()


def clean_pdf(source: BinaryIO, copy: BinaryIO, limits: Limits) -> set[str]:
    """Write the copy of the document; the notes. ``Unreadable`` (encrypted, broken), ``Unsafe``."""
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            notes = _clean(document, limits)
            if document.get_warnings():
                notes.add("repaired")
            # Streams stay packed as they are: a bomb in one is never unpacked here.
            document.save(
                copy,
                encryption=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
        _check_copy(copy)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
        raise Unreadable("broken") from error
    return notes


def _check_copy(copy: BinaryIO) -> None:
    """Of a broken document so little may be left that its copy does not open: then there is none."""
    copy.seek(0)
    with pikepdf.open(copy, suppress_warnings=True, attempt_recovery=False) as document:
        if not len(document.pages):
            raise Unreadable("broken")


def _clean(document: Pdf, limits: Limits) -> set[str]:
    if len(document.objects) > limits.objects:
        raise Unsafe("too_many_parts")
    if not len(document.pages):
        raise Unreadable("broken")
    notes: set[str] = {"restricted"} if document.is_encrypted else set()
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]
    encryption = document.trailer.get("/Encrypt")
    for item in document.objects:
        # Still needed to read the others.
        if encryption is None or item.objgen != encryption.objgen:
            _clean_object(item, notes)
    return notes


def _clean_object(item: Object, notes: set[str]) -> None:
    """One indirect object with all that is written inside it; what it refers to has its own turn."""
    waiting = [(item, 0)]
    while waiting:
        current, depth = waiting.pop()
        if depth > _DEPTH:
            raise Unsafe("too_many_parts")
        if isinstance(current, Stream):
            _clean_stream(current, notes)
        if isinstance(current, (Dictionary, Stream)):
            _clean_dictionary(current, notes)
            waiting += [(child, depth + 1) for child in current.values() if _is_inside(child)]
        elif isinstance(current, Array):
            waiting += [(child, depth + 1) for child in current if _is_inside(child)]


def _is_inside(child: object) -> bool:
    return isinstance(child, (Dictionary, Array)) and not child.is_indirect


def _clean_dictionary(item: Object, notes: set[str]) -> None:
    _remove(item, _METADATA)
    if _remove(item, _SCRIPTS):
        notes.add("scripts_removed")
    if _remove(item, _FILES):
        notes.add("embedded_files_removed")
    if _remove(item, _SIGNATURES):
        notes.add("signatures_removed")
    if _name(item, "/FT") == "/Sig" and _remove(item, ("/V", "/Lock", "/SV")):
        notes.add("signatures_removed")
    _disarm_action(item, notes)
    _clean_annotation(item, notes)


def _disarm_action(item: Object, notes: set[str]) -> None:
    if _name(item, "/S") in _ACTIONS:
        notes.add("scripts_removed")
        _remove(item, tuple(item.keys()))


def _clean_annotation(item: Object, notes: set[str]) -> None:
    subtype = _name(item, "/Subtype")
    if subtype is None or "/Rect" not in item:
        return
    if subtype in _CARRIERS:
        notes.add("embedded_files_removed")
        rectangle = item["/Rect"]
        _remove(item, tuple(item.keys()))
        item["/Type"], item["/Subtype"] = Name("/Annot"), Name("/Square")
        item["/Rect"], item["/F"] = rectangle, 2  # Hidden: an annotation must stay one.
    elif subtype != "/Widget":
        # A form field's /T is its name; of all other annotations it is the author.
        _remove(item, _AUTHORED)


def _clean_stream(item: Stream, notes: set[str]) -> None:
    kind = _name(item, "/Type")
    if kind == "/EmbeddedFile":
        notes.add("embedded_files_removed")
        item.write(b"")
    elif kind == "/Metadata":
        item.write(b"")
    elif _name(item, "/Subtype") == "/Image":
        _clean_picture(item)
    _remove(item, ("/F", "/FFilter", "/FDecodeParms", "/DL", "/Params"))


def _clean_picture(item: Stream) -> None:
    """Pictures that are JPEG or JPEG 2000 files of their own; in other forms a picture holds pixels only."""
    filters = item.get("/Filter")
    if isinstance(filters, Array):
        filters = filters[0] if len(filters) == 1 else None
    for name, strip in ((Name.DCTDecode, without_jpeg_metadata), (Name.JPXDecode, without_jpx_metadata)):
        if filters == name:
            raw = item.read_raw_bytes()
            stripped = strip(raw)
            if len(stripped) != len(raw):
                item.write(stripped, filter=name, decode_parms=item.get("/DecodeParms"))


def _remove(item: Object, keys: tuple[str, ...]) -> bool:
    found = [key for key in keys if key in item]
    for key in found:
        del item[key]
    return bool(found)


def _name(item: Object, key: str) -> str | None:
    """The name under this key. Names may be in any encoding; those that matter here are ASCII."""
    value = item.get(key)
    return value.unparse().decode("ascii", "replace") if isinstance(value, Name) else None
