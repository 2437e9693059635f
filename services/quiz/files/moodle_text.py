"""Texts of Moodle XML: what a reader would see of them, and the pictures that they show.

Moodle keeps a picture beside the text, as ``<file encoding="base64">``, and the text names it as
``<img src="@@PLUGINFILE@@/name.png" alt="…">``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element, SubElement

from services.quiz.files.embedded import Embedded, Pictures, from_base64, from_data

_FILES = "@@PLUGINFILE@@"
_HTML = frozenset({"html", "moodle_auto_format"})
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4"})
_PRE = "pre"
_HIDDEN = frozenset({"script", "style"})
# What shows something that no text of ours would say.
_OTHER_MEDIA = frozenset({"object", "embed", "audio", "video", "iframe", "canvas", "svg", "math"})


def plain(element: Element | None) -> str:
    """The element's text, without a look at pictures."""
    return seen(element, None, None)


def seen(element: Element | None, pictures: Pictures | None, place: str | None) -> str:
    """The element's text; of HTML what a reader would see.

    ``pictures`` gets those that it shows, for this ``place`` of the question; with None as place each is refused, and
    so is whatever else it shows that a question has no place for.
    """
    if element is None:
        return ""
    text = element.findtext("text") or ""
    if element.get("format", "") not in _HTML:
        if pictures is not None and _FILES in text and element.find("file") is not None:
            pictures.refuse("import.media_in_item", _FILES)
        return text.strip()
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if pictures is not None:
        _look_at(reader, element, pictures, place)
    return reader.text()


def of_html(text: str, pictures: Pictures) -> str:
    """What a reader sees of HTML that has no files beside it; what it shows besides its text is refused."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    for source, _ in reader.images:
        pictures.refuse("import.picture_not_in_file", source)
    for other in reader.others:
        pictures.refuse("import.media_in_item", other)
    return reader.text()


def put(parent: Element, tag: str, text: str, shown: Sequence[tuple[Embedded, str]] = (), **attributes: str) -> Element:
    """An element with this text; with pictures (each with what it shows in words) it is written as HTML, with their
    files beside it.
    """
    if not shown:
        element = SubElement(parent, tag, {"format": "plain_text", **attributes})
        SubElement(element, "text").text = text
        return element
    element = SubElement(parent, tag, {"format": "html", **attributes})
    images = "".join(f'<p><img src="{_FILES}/{quote(picture.name)}" alt="{escape(alt)}"></p>' for picture, alt in shown)
    SubElement(element, "text").text = _markup(text) + images
    for picture in {picture.name: picture for picture, _ in shown}.values():
        file = SubElement(element, "file", {"name": picture.name, "path": "/", "encoding": "base64"})
        file.text = base64.b64encode(picture.content).decode("ascii")
    return element


def _markup(text: str) -> str:
    """The text as HTML: ``pre`` where its white space would be lost otherwise."""
    lines = escape(text, quote=False).split("\n")
    if "\xa0" in text or any(not line or line != line.strip() for line in text.split("\n")):
        return f"<pre>{chr(10).join(lines)}</pre>"
    return f"<p>{'<br>'.join(lines)}</p>"


def _look_at(reader: _Reader, element: Element, pictures: Pictures, place: str | None) -> None:
    files = {(file.get("path") or "/") + file.get("name", ""): file for file in element.iterfind("file")}
    for other in reader.others:
        pictures.refuse("import.media_in_item", other)
    for source, alt in reader.images:
        if place is None:
            pictures.refuse("import.picture_without_place", source)
        else:
            pictures.show(place, source, alt, _picture(source, files))


def _picture(source: str, files: dict[str, Element]) -> Embedded | None:
    if not source.startswith(_FILES):
        return from_data(source)
    path = unquote(source[len(_FILES) :].partition("?")[0])
    file = files.get(path)
    # Files of Moodle 1.9 and of other programs name no encoding.
    if file is None or file.get("encoding", "base64") != "base64":
        return None
    return from_base64(file.text or "")


class _Reader(HTMLParser):
    """Collects the text between the tags, line by line, and what is shown besides: ``images`` with where they are and
    what they say in words, and ``others``.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.images: list[tuple[str, str]] = []
        self.others: list[str] = []
        self._lines: list[str] = []
        self._open: list[str] = []
        self._hidden = self._kept = 0

    def text(self) -> str:
        """All that was read."""
        self._end()
        return "\n".join(self._lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins on a new line; scripts and styles are not for reading."""
        given = dict(attrs)
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS or tag == _PRE:
            self._end()
        self._kept += tag == _PRE
        if tag == "img":
            self.images.append((given.get("src") or "", given.get("alt") or ""))
        elif tag in _OTHER_MEDIA:
            self.others.append(tag)
        elif (given.get("href") or "").startswith(_FILES):
            self.others.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._hidden -= tag in _HIDDEN
        if tag in _BLOCKS or tag == _PRE:
            self._end()
        if tag == _PRE:
            self._kept = max(0, self._kept - 1)

    def handle_data(self, data: str) -> None:
        """Text is kept unless it is hidden."""
        if self._hidden <= 0:
            self._open.append(data)

    def _end(self) -> None:
        """What was read since the last block: as it stands within ``pre``, else without the space around its lines."""
        text = "".join(self._open)
        self._open = []
        if self._kept:
            self._lines += [text] if text.strip() else []
        else:
            lines = text.replace("\xa0", " ").split("\n")
            self._lines += [line.strip() for line in lines if line.strip()]
