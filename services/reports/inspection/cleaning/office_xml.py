"""What the XML parts of Office packages tell of people, machines and times, and how it is taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from services.reports.inspection.verdicts import Unreadable

CONTENT_TYPES = "[Content_Types].xml"

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_RELATIONSHIP_ATTRIBUTES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_MARKUP_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
# Ids that grow with every session of editing, so that two files of one machine can be matched.
_REVISION_IDS = frozenset({"rsidR", "rsidRDefault", "rsidRPr", "rsidP", "rsidTr", "rsidDel", "rsidSect"})
_REVISION_NAMESPACE = re.compile(r"http://schemas\.microsoft\.com/office/spreadsheetml/\d+/revision\d*")
# Names of people in attributes, wherever they are; no other attribute of Office has these names.
_PEOPLE = frozenset({"author", "initials", "userName", "userId", "providerId", "lastModifiedBy", "refreshedBy"})
_NAMES_OF_PEOPLE = frozenset(
    {("cmAuthor", "name"), ("author", "name"), ("userInfo", "name"), ("person", "displayName")}
)
# Times of changes and comments.
_TIMES = frozenset({"date", "dt", "dateUtc", "dT", "created", "modified", "dateTime", "refreshedDateIso"})
# Elements that exist only to tell of editing, of the author's folders, or of a template on a server.
_GONE = frozenset(
    {
        "rsids",
        "absPath",
        "attachedTemplate",
        "revisionPtr",
        "documentId",
        "docVars",
        "fileSharing",
        "mailMerge",
        "docId",
    }
)
# The "author" of a threaded comment is the thread's id.
_THREAD = "tc={"
ANONYMOUS = "Author"
_HYPERLINK = "/hyperlink"
# Nowhere: a relationship that is named in a part must exist, but need not lead anywhere.
_NOWHERE = "about:blank"


def parse(data: bytes) -> etree._Element:
    """The root of the part. ``Unreadable`` for what is not well-formed XML, or has a DTD, which Office forbids."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise Unreadable("broken") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("broken")
    return root


def written(root: etree._Element) -> bytes:
    """The part as Office writes it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def anonymise(root: etree._Element) -> None:
    """Take out people, times of editing, revision ids, paths; what is on the pages stays."""
    for element in list(root.iter(etree.Element)):
        name = etree.QName(element).localname
        if name in _GONE and element is not root:
            _remove(element)
        elif name == "author" and element.text and not element.text.startswith(_THREAD):
            # Of a workbook's comments: the list of authors.
            element.text = ANONYMOUS
        else:
            _anonymise_attributes(element)
    for comment in list(root.iter(etree.Comment, etree.ProcessingInstruction)):
        if comment.getparent() is not None:
            _remove(comment)


def _anonymise_attributes(element: etree._Element) -> None:
    for key in list(element.attrib):
        name = etree.QName(key)
        if name.localname in _REVISION_IDS or _REVISION_NAMESPACE.fullmatch(name.namespace or ""):
            del element.attrib[key]
        elif name.localname in _PEOPLE or _is_persons_name(element, name.localname):
            element.attrib[key] = ANONYMOUS
        elif name.localname in _TIMES and _is_time(element.attrib[key]):
            if name.localname in ("date", "dateUtc"):
                del element.attrib[key]
            else:
                element.attrib[key] = "2000-01-01T00:00:00Z"


def _is_persons_name(element: etree._Element, attribute: str) -> bool:
    """``name`` and ``displayName`` name people only in the lists of people; elsewhere tables, styles, shapes."""
    return (etree.QName(element).localname, attribute) in _NAMES_OF_PEOPLE


def _is_time(value: str) -> bool:
    return len(value) >= 10 and value[4:5] == "-" and value[:4].isdigit()


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)
    # A choice of one element that is gone would be an empty choice, which Office refuses.
    if etree.QName(parent).namespace == _MARKUP_COMPATIBILITY and not len(parent):
        _remove(parent)


def drop_references(root: etree._Element, ids: frozenset[str]) -> None:
    """Take out the attributes that refer to relationships which are gone."""
    if not ids:
        return
    for element in root.iter(etree.Element):
        for key in list(element.attrib):
            if etree.QName(key).namespace in _RELATIONSHIP_ATTRIBUTES and element.attrib[key] in ids:
                del element.attrib[key]


def relationships(root: etree._Element) -> Iterator[etree._Element]:
    """The relationships of a ``.rels`` part."""
    yield from list(root.iter(_RELATIONSHIP))


def cut_external(relationship: etree._Element) -> bool:
    """Lead a reference to elsewhere nowhere; links that a reader follows by hand stay. Whether there was one."""
    if relationship.get("TargetMode") != "External":
        return False
    target = relationship.get("Target", "")
    is_link = relationship.get("Type", "").endswith(_HYPERLINK)
    if is_link and target.lower().startswith(("http://", "https://", "mailto:", "#")):
        return False
    relationship.set("Target", _NOWHERE)
    return True
