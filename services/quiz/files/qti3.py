"""QTI 3 (1EdTech, Question and Test Interoperability 3.0): a package of items, or the XML of one item."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, tostring

from services.quiz.files import qti3_item, qti3_writing
from services.quiz.files.embedded import Embedded, Shown, from_data
from services.quiz.files.faults import UnreadableFile
from services.quiz.files.row import Row
from services.quiz.files.xml_reading import local, parse
from services.quiz.model.question import Content

MAX_UNPACKED = 100 * 1024 * 1024
# As many items as a file may have, and room for what lies beside them.
MAX_PARTS = 22_000
MANIFEST = "imsmanifest.xml"
_PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_ITEM = "imsqti_item_xmlv3p0"
# So that the same questions make the same file.
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)

why_not = qti3_writing.why_not


def is_package(content: bytes) -> bool:
    """Whether a zip archive is a package of content, by its manifest."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return MANIFEST in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def rows(content: bytes) -> Iterator[Row]:
    """The questions, numbered in the order of the manifest; an item by itself is number 1.

    An item that is no XML is refused alone; entities or a DTD anywhere refuse the whole file: it may be a bomb.
    """
    if not content.startswith(b"PK\x03\x04"):
        yield qti3_item.read(1, parse(content), from_data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive)
            beside = _Beside(archive)
            for number, name in enumerate(_items(archive), start=1):
                yield _row(number, archive, name, beside)
    # What zipfile raises for what is broken, encrypted or packed in a way that it does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise UnreadableFile("import.broken_package") from error


def written(contents: Iterable[Content], pictures: Shown) -> bytes:
    """The package: a manifest, an item for each question, and each picture once."""
    manifest = Element("manifest", xmlns=_PACKAGING, identifier="mingjing-questions")
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "QTI Package"
    SubElement(metadata, "schemaversion").text = "3.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents, start=1):
            name, identifier = f"items/q{number}.xml", f"q{number}"
            resource = SubElement(resources, "resource", identifier=identifier, type=_ITEM, href=name)
            SubElement(resource, "file", href=name)
            for picture in {id: pictures[id] for _, id, _ in content.media}.values():
                beside = f"{qti3_writing.MEDIA}/{picture.name}"
                SubElement(resource, "file", href=beside)
                if beside not in archive.NameToInfo:
                    _add(archive, beside, picture.content, zipfile.ZIP_STORED)
            _add(archive, name, _bytes(qti3_writing.written(identifier, content, pictures)))
        _add(archive, MANIFEST, _bytes(manifest))
    return target.getvalue()


def _check(archive: zipfile.ZipFile) -> None:
    """Refuses what unpacks to more than we would ever read; zipfile gives out no more than an entry declares."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableFile("import.too_large_unpacked")


def _items(archive: zipfile.ZipFile) -> list[str]:
    """The entries that the manifest names as items, each once: naming one again and again is no way to make work."""
    manifest = parse(archive.read(MANIFEST))
    named = [
        resource.get("href", "")
        for resource in manifest.iter()
        if local(resource) == "resource" and resource.get("type", "").startswith("imsqti_item")
    ]
    return list(dict.fromkeys(named))


def _row(number: int, archive: zipfile.ZipFile, name: str, beside: _Beside) -> Row:
    try:
        content = archive.read(name)
    except KeyError:
        return Row.refused(number, "file", "import.item_missing", name)
    return qti3_item.read(number, parse(content), beside.of(name))


class _Beside:
    """What lies beside the items, each part unpacked once however many items show it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._read: dict[str, Embedded] = {}

    def of(self, item: str) -> Callable[[str], Embedded | None]:
        """How an item's references are followed: relative to where it lies (RFC 3986), within the package."""

        def fetch(source: str) -> Embedded | None:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(item), unquote(source)))
            if name not in self._names:
                return from_data(source)
            if name not in self._read:
                self._read[name] = Embedded(self._archive.read(name))
            return self._read[name]

        return fetch


def _bytes(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add(archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    part = zipfile.ZipInfo(name, _WRITTEN_AT)
    part.compress_type = method
    archive.writestr(part, content)
