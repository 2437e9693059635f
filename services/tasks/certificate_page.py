"""A certificate as one page of PDF, with Chinese text that can be selected, and its code as text and as QR code."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno

from services.tasks.model.calendar import local_day

# Every viewer for Chinese has or replaces this font; it is named in the file, not embedded.
_FONT = "STSong-Light"
_KINDS = {"exam": "考试合格", "session": "参加集中学习"}
_QR_SIDE = 90


def pdf(document: Mapping[str, Any], grade: Mapping[str, str] | None = None) -> bytes:
    """The page; the same bytes for the same certificate and ``grade`` (``name`` and ``english``)."""
    # Not loaded before somebody prints: a service that prints nothing does without its 20 MB.
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    width, height = landscape(A4)
    written = io.BytesIO()
    page = Canvas(written, pagesize=(width, height), invariant=1)
    page.setTitle(f"学习证书 {document['_id']}")
    page.setCreator("mingjing")
    page.rect(30, 30, width - 60, height - 60)
    lines = [
        (40, "学习证书"),
        (16, "Certificate of study"),
        (28, document["name"]),
        (18, f"{_KINDS[document['kind']]}：{_day(document['at'])}"),
        *((20, line) for line in _wrapped(f"《{document['title']}》", 30)),
        (16, _reached(document["credits"], grade)),
        (12, f"发证日期 Issued on：{_day(document['issued_at'])}"),
        (12, f"验证码 Verification code：{document['_id']}"),
    ]
    y = height - 100.0
    for size, text in lines:
        page.setFont(_FONT, size)
        page.drawCentredString(width / 2, y, text)
        y -= size * 0.9 + 18
    _draw_code(page, document["_id"], width - 60 - _QR_SIDE, 60.0)
    page.showPage()
    page.save()
    return written.getvalue()


def _draw_code(page: Any, code: str, left: float, bottom: float) -> None:
    rows = [list(row) for row in segno.make_qr(code, "m").matrix]
    module = _QR_SIDE / len(rows)
    for y, row in enumerate(reversed(rows)):
        for x, dark in enumerate(row):
            if dark:
                page.rect(left + x * module, bottom + y * module, module, module, stroke=0, fill=1)


def _day(moment: Any) -> str:
    day = local_day(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _reached(credits: float, grade: Mapping[str, str] | None) -> str:
    earned = f"学时 Credits：{credits:g}"
    return earned if grade is None else f"{earned}　等级 Grade：{grade['name']} {grade['english']}"


def _wrapped(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]
