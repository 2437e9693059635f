"""Pages of PDF with Chinese text that can be selected, searched and copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

# Every viewer for Chinese has or replaces this font; it is named in the file, not embedded.
_NAMED_FONT = "STSong-Light"
_EMBEDDED_FONT = "Mingjing"
_MARGIN = 20 * mm
# As wide as the text, which is set in from the margins.
_WIDTH = A4[0] - 2 * _MARGIN - 12
_LAST_OF_THE_FONT = 0xFFFF
# A cell cannot be longer than a page, so a long text goes on in the next row.
_MOST_IN_A_CELL = 900


class NoFont(Exception):
    """The file is no font that can be embedded."""


def font_named(path: Path | None) -> str:
    """The font to write with: that of this TrueType file, embedded, else one that viewers have. ``NoFont``."""
    if path is None:
        pdfmetrics.registerFont(UnicodeCIDFont(_NAMED_FONT))
        return _NAMED_FONT
    try:
        pdfmetrics.registerFont(TTFont(_EMBEDDED_FONT, str(path)))
    except (TTFError, OSError) as error:
        raise NoFont(f"{path} is no TrueType font (.ttf, .ttc) that can be embedded.") from error
    return _EMBEDDED_FONT


@dataclass
class Page:
    """A document as it grows, from top to bottom."""

    title: str
    font: str
    _story: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._body = ParagraphStyle("body", fontName=self.font, fontSize=10, leading=15, wordWrap="CJK")
        self._cell = ParagraphStyle("cell", self._body, fontSize=8.5, leading=12)
        self._heading = ParagraphStyle("heading", self._body, fontSize=12.5, leading=20, spaceBefore=9, spaceAfter=3)
        top = ParagraphStyle("title", self._body, fontSize=18, leading=28, alignment=TA_CENTER, spaceAfter=6)
        self._story.append(Paragraph(_shown(self.title), top))

    def heading(self, text: str) -> None:
        """Begins a part."""
        self._story.append(Paragraph(_shown(text), self._heading))

    def text(self, text: str) -> None:
        """A text with its line breaks."""
        for line in text.splitlines() or [""]:
            self._story.append(Paragraph(_shown(line), self._body) if line.strip() else Spacer(1, 8))

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Names and values, one a line."""
        for name, value in facts:
            self.text(f"{name}：{value}")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
        """A table whose head comes again on each page; ``widths`` in parts of the page's."""
        lines = [line for row in rows for line in _lines(row)]
        if not lines:
            self.text("无 None")
            return
        cells = [[Paragraph(_cell(cell), self._cell) for cell in line] for line in (heads, *lines)]
        table = LongTable(cells, colWidths=[_WIDTH * width / sum(widths) for width in widths], repeatRows=1)
        table.setStyle(_GRID)
        self._story += [table, Spacer(1, 6)]

    def content(self) -> bytes:
        """The document, whole."""
        written = BytesIO()
        document = SimpleDocTemplate(
            written, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
            title=self.title, author="", creator="mingjing", invariant=1,
        )  # fmt: skip
        document.build(self._story, onFirstPage=self._numbered, onLaterPages=self._numbered)
        return written.getvalue()

    def _numbered(self, canvas: Any, document: Any) -> None:
        canvas.setFont(self.font, 8)
        canvas.drawCentredString(A4[0] / 2, 10 * mm, f"{document.page}")


_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


def _lines(row: Sequence[str]) -> list[list[str]]:
    """The row, with what is too long for a cell going on below."""
    count = max(1, *(-(-len(cell) // _MOST_IN_A_CELL) for cell in row))
    return [[cell[at * _MOST_IN_A_CELL : (at + 1) * _MOST_IN_A_CELL] for cell in row] for at in range(count)]


def _cell(text: str) -> str:
    return "<br/>".join(map(_shown, text.splitlines()))


def _shown(text: str) -> str:
    """Text for a paragraph; what no font of this kind can show is written as its number, so that nothing gets lost."""
    seen = "".join(
        character if character.isprintable() and ord(character) <= _LAST_OF_THE_FONT else _numbered(character)
        for character in text
    )
    return escape(seen)


def _numbered(character: str) -> str:
    return " " if character in "\n\t\r" else f"〔U+{ord(character):04X}〕"
