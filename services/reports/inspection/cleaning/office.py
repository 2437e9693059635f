"""Copies of Office packages (ECMA-376): what is on the pages stays; people, machines, times and macros go.

Parts are dropped with the relationships that lead to them. A part that others name by a relationship, such as an
embedded object, stays with nothing in it: an application opens the document, but not the object.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import unquote

from lxml import etree

from services.reports.inspection.cleaning import office_xml
from services.reports.inspection.cleaning.package import Package, open_package, write_entry
from services.reports.inspection.limits import Limits
from services.reports.inspection.types import type_table
from services.reports.inspection.verdicts import Unreadable

# A cleaner of one embedded file: its bytes and the depth that it lies in; the copy, or None when there is none.
CleanEmbedded = Callable[[bytes, int], bytes | None]

_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
_REPLACED = {"docprops/core.xml": _CORE, "docprops/app.xml": _APP}
_DROPPED_FOLDERS = ("docprops/", "docmetadata/", "customxml/", "_xmlsignatures/", "usercustomization/")
_DROPPED_PARTS = ("vbaproject.bin", "vbaprojectsignature.bin", "vbadata.xml", "thumbnail.jpeg", "attachedtoolbars.bin")
_DROPPED_WITHIN = ("/printersettings/", "/revisions/", "/changesinfos/", "/revisioninfo.xml", "/webextensions/")
_MACROS = ("vbaproject", "vbadata", "macrosheets/")
_MACRO_TYPES = {
    ".macroEnabled.main+xml": {
        "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "powerpoint": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    }
}
_XML = (".xml", ".rels", ".vml")


@dataclass
class _Cleaning:
    """One package at work. ``gone``: parts that the copy does not have; ``ids``: of relationships, by part."""

    package: Package
    limits: Limits
    depth: int
    clean_embedded: CleanEmbedded
    gone: set[str] = field(default_factory=set)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)


def clean_office(
    source: IO[bytes],
    copy: IO[bytes],
    limits: Limits,
    clean_embedded: CleanEmbedded,
    spent: list[int],
    depth: int = 0,
) -> tuple[str, set[str]]:
    """Write the copy of the package; its exact type and the notes. ``Unreadable``, ``Unsafe``.

    ``spent[0]`` counts the bytes unpacked so far, over packages within packages.
    """
    with open_package(source, limits, spent) as package:
        type_code = _exact_type(package)
        cleaning = _Cleaning(package, limits, depth, clean_embedded)
        cleaning.gone = {name for name in package.names if _is_dropped(name)}
        _note_dropped(cleaning)
        relations = {name: _clean_relationships(cleaning, name) for name in package.names if name.endswith(".rels")}
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in package.names:
                if name not in cleaning.gone:
                    write_entry(archive, name, _clean_part(cleaning, name, relations))
    return type_code, cleaning.notes


def _exact_type(package: Package) -> str:
    if office_xml.CONTENT_TYPES in package.names:
        for kind in type_table().types.values():
            if kind.entries and any(name.startswith(kind.entries) for name in package.names):
                return kind.code
    raise Unreadable("not_this_type")


def _is_dropped(name: str) -> bool:
    lower = name.lower()
    if lower in _REPLACED:
        return False
    if lower.endswith(".rels"):
        # The relationships of a part go with it.
        folder, file = posixpath.split(lower)
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        return bool(file != ".rels") and _is_dropped(owner)
    return (
        lower.startswith(_DROPPED_FOLDERS)
        or posixpath.basename(lower) in _DROPPED_PARTS
        or any(part in f"/{lower}" for part in _DROPPED_WITHIN)
        or "/macrosheets/" in lower
    )


def _note_dropped(cleaning: _Cleaning) -> None:
    lower = [name.lower() for name in cleaning.gone]
    if any(mark in name for name in lower for mark in _MACROS):
        cleaning.notes.add("macros_removed")
    if any(name.startswith("_xmlsignatures/") for name in lower):
        cleaning.notes.add("signatures_removed")


def _clean_part(cleaning: _Cleaning, name: str, relations: dict[str, bytes]) -> Iterable[bytes]:
    lower = name.lower()
    if lower in _REPLACED:
        return (_REPLACED[lower],)
    if name in relations:
        return (relations[name],)
    if "/embeddings/" in lower or "/activex/" in lower:
        return (_clean_object(cleaning, name),)
    if "/media/" in lower:
        return _clean_media(cleaning, name)
    if lower.endswith(_XML):
        return (_clean_xml(cleaning, name),)
    cleaning.notes.add("parts_kept_as_they_are")
    return cleaning.package.parts(name)


def _clean_xml(cleaning: _Cleaning, name: str) -> bytes:
    data = cleaning.package.read(name, cleaning.limits.xml_bytes)
    if name.lower().endswith(".vml") and b"<br>" in data:
        # Old drawings of comments are not always well-formed; nobody is named in them.
        return data
    root = office_xml.parse(data)
    if name == office_xml.CONTENT_TYPES:
        _clean_content_types(cleaning, root)
    else:
        office_xml.anonymise(root)
        office_xml.drop_references(root, cleaning.ids.get(name, frozenset()))
    return office_xml.written(root)


def _clean_content_types(cleaning: _Cleaning, root: etree._Element) -> None:
    for element in list(root):
        part = element.get("PartName", "").lstrip("/")
        if part in cleaning.gone:
            root.remove(element)
        content_type = element.get("ContentType", "")
        for ending, plain in _MACRO_TYPES.items():
            if content_type.endswith(ending):
                application = next((name for name in plain if f"ms-{name}." in content_type), "word")
                element.set("ContentType", plain[application])


def _clean_relationships(cleaning: _Cleaning, name: str) -> bytes:
    """The part with its relationships, without those to parts that are gone; remembers their ids."""
    root = office_xml.parse(cleaning.package.read(name, cleaning.limits.xml_bytes))
    folder, file = posixpath.split(name)
    owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
    lost = set()
    for relationship in office_xml.relationships(root):
        if office_xml.cut_external(relationship):
            cleaning.notes.add("external_references")
            if relationship.get("Type", "").endswith("/attachedTemplate"):
                root.remove(relationship)
        elif relationship.get("TargetMode") != "External" and _target(owner, relationship) in cleaning.gone:
            lost.add(relationship.get("Id", ""))
            root.remove(relationship)
    cleaning.ids[owner] = frozenset(lost)
    return office_xml.written(root)


def _target(owner: str, relationship: etree._Element) -> str:
    target = unquote(relationship.get("Target", ""))
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(owner), target))


def _clean_object(cleaning: _Cleaning, name: str) -> bytes:
    """An embedded package as its clean copy; controls stay as XML; of anything else only the place stays."""
    if name.lower().endswith(_XML):
        return _clean_xml(cleaning, name)
    data = cleaning.package.read(name, cleaning.limits.expanded_bytes)
    clean = cleaning.clean_embedded(data, cleaning.depth + 1) if data.startswith(b"PK\x03\x04") else None
    if clean is None:
        cleaning.notes.add("embedded_objects_removed")
        return b""
    return clean


def _clean_media(cleaning: _Cleaning, name: str) -> Iterator[bytes]:
    data = cleaning.package.read(name, cleaning.limits.expanded_bytes)
    clean = cleaning.clean_embedded(data, cleaning.depth + 1)
    if clean is None:
        cleaning.notes.add("parts_kept_as_they_are")
        clean = data
    with io.BytesIO(clean) as file:
        while part := file.read(256 * 1024):
            yield part
