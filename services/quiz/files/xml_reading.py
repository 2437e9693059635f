"""XML from outside: in whatever encoding it came, without entities, and as the text that a reader would see."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.quiz.files.decoding import decode
from services.quiz.files.faults import UnreadableFile

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# What XML is declared in besides Unicode; of the others Python knows, none writes Chinese or English.
_ENCODINGS = {"iso8859-1": "latin-1", "cp1252": "cp1252", "ascii": "ascii", "big5": "big5"}
_COLLAPSED = re.compile(r"[ \t\n\r\f]+")
_BLOCKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol"})
_HIDDEN = frozenset({"script", "style"})


def parse(content: bytes) -> Element:
    """The root element. ``UnreadableFile`` for what is no XML, and for entities or a DTD: they may be a bomb."""
    try:
        # Text, not bytes: the parser knows no GB18030, and a text's declared encoding does not matter to it.
        root: Element = fromstring(_text(content).lstrip("\ufeff\n\r\t "), forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise UnreadableFile("import.broken_xml") from error
    return root


def local(element: Element) -> str:
    """The element's name without its namespace; nothing for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def visible(element: Element, instead: Callable[[Element], str | None]) -> str:
    """What a reader sees of the element's content: white space as HTML collapses it (``pre`` keeps it), a line
    for each block.

    ``instead`` may give the text that stands for an element, or None to read it. Goes down any depth.
    """
    parts: list[str] = []
    # A text or element with whether white space counts there.
    todo: list[tuple[Element | str, bool]] = _within(element, local(element) == "pre")
    while todo:
        found, kept = todo.pop()
        if isinstance(found, str):
            parts.append(found if kept else _COLLAPSED.sub(" ", found))
            continue
        name = local(found)
        text = instead(found)
        if text is not None:
            parts.append(text)
        elif name == "br":
            parts.append("\n")
        elif name and name not in _HIDDEN:
            block = name in _BLOCKS
            todo.append((_BREAK if block else "", True))
            todo += _within(found, kept or name == "pre")
            todo.append((_BREAK if block else "", True))
    return _lines("".join(parts))


# Stands for the edge of a block until the lines are known; forbidden in every text that is kept.
_BREAK = "\x01"


def _within(element: Element, kept: bool) -> list[tuple[Element | str, bool]]:
    """What stands in the element, the last first."""
    found: list[tuple[Element | str, bool]] = [(element.text or "", kept)]
    for child in element:
        found += [(child, kept), (child.tail or "", kept)]
    return found[::-1]


def _lines(text: str) -> str:
    return "\n".join(part for part in text.split(_BREAK) if part.strip()).strip()


def _text(content: bytes) -> str:
    declared = _DECLARED.match(content)
    if declared:
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
        except LookupError:
            return decode(content)
        if name in _ENCODINGS:
            return content.decode(_ENCODINGS[name])
    return decode(content)
