"""The QR code of a receipt: read back from the SVG by the standard, module by module, it is the receipt and no more."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from contracts.reports import receipt as receipts
from gateway import receipt_qr
from tests.unit.gateway.conftest import FakeServices, MakeApp

SIDE = 25
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SVG = "{http://www.w3.org/2000/svg}"

written = st.text(receipts.ALPHABET, min_size=19, max_size=19).map(receipts.write)


@given(written)
def test_a_reader_of_the_code_reads_the_receipt_and_nothing_else(receipt):
    modules = drawn(receipt_qr.svg(receipt, "zh-CN"))

    assert read(modules) == receipt


def test_whoever_reports_is_given_the_code_of_their_receipt(make_app: MakeApp, services: FakeServices):
    receipt = receipts.write("7K3QX9M2ABCDEFGHJKN")
    services.answers["reports.submit_report"] = {"receipt": receipt}
    report = {"kind": "report", "category": "conduct", "title": "窗口态度", "narrative": "等了一上午。"}

    answer = make_app().test_client().post("/api/v1/reports", json=report)

    assert read(drawn(answer.json["receipt_qr"])) == answer.json["receipt"] == receipt


@given(written)
def test_the_code_is_the_one_that_the_encoder_would_make(receipt):
    encoded = segno.make_qr(receipt, version=2, error="m", mask=0, boost_error=False)

    assert drawn(receipt_qr.svg(receipt, "en")) == [list(row) for row in encoded.matrix]
    assert encoded.designator == "2-M"


@pytest.mark.parametrize(("language", "label"), [("zh-CN", "查询码的二维码"), ("en", "QR code of the receipt")])
def test_the_picture_tells_what_it_is_and_does_not_spell_the_receipt(language, label):
    receipt = receipts.write("7" * 19)

    svg = receipt_qr.svg(receipt, language)

    root = ElementTree.fromstring(svg)
    assert svg.startswith("<svg ")
    assert (root.get("role"), root.get("aria-label"), root.findtext(f"{SVG}title")) == ("img", label, label)
    assert "77777" not in svg
    assert {element.tag for element in root.iter()} == {f"{SVG}svg", f"{SVG}title", f"{SVG}path"}


def test_the_quiet_zone_is_as_wide_as_readers_need():
    root = ElementTree.fromstring(receipt_qr.svg(receipts.write("0" * 19), "en"))

    assert root.get("viewBox") == f"0 0 {SIDE + 8} {SIDE + 8}"
    assert min(x for x, *_ in strokes(root)) == 4
    assert max(x + width for x, _, width in strokes(root)) == 4 + SIDE


@pytest.mark.parametrize("text", ["", "7" * 22, "7" * 24])
def test_what_is_no_receipt_gets_no_code(text):
    with pytest.raises(ValueError, match="receipt"):
        receipt_qr.svg(text, "en")


def strokes(root):
    (path,) = (element for element in root.iter(f"{SVG}path") if element.get("stroke"))
    return [tuple(map(int, found)) for found in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path.get("d"))]


def drawn(svg):
    """The modules as the picture shows them, row by row, without the quiet zone."""
    modules = [[0] * SIDE for _ in range(SIDE)]
    for x, y, width in strokes(ElementTree.fromstring(svg)):
        for column in range(x - 4, x - 4 + width):
            modules[y - 4][column] = 1
    return modules


def read(modules):
    """The text in the code, by ISO/IEC 18004: format, mask 0, zigzag, 28 data codewords, alphanumeric mode."""
    level_and_mask = int("".join(str(modules[8][column]) for column in range(5)), 2) ^ 0b10101
    assert level_and_mask == 0b00_000, "error correction M, mask 0"
    bits = "".join(str(modules[y][x] ^ ((x + y) % 2 == 0)) for x, y in zigzag())
    assert bits[:4] == "0010", "alphanumeric mode"
    count, at = int(bits[4:13], 2), 13
    text = ""
    while len(text) + 1 < count:
        first, second = divmod(int(bits[at : at + 11], 2), 45)
        text, at = text + ALPHANUMERIC[first] + ALPHANUMERIC[second], at + 11
    if len(text) < count:
        text, at = text + ALPHANUMERIC[int(bits[at : at + 6], 2)], at + 6
    assert bits[at : at + 4] == "0000", "the end of the message"
    rest = bits[at + 4 : 28 * 8].removeprefix("00000000")
    assert rest == ("1110110000010001" * 14)[: len(rest)], "nothing but padding follows"
    return text


def zigzag():
    """The places of the data, in the order in which they are written."""
    upward = True
    for right in (24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for y in range(SIDE - 1, -1, -1) if upward else range(SIDE):
            yield from ((x, y) for x in (right, right - 1) if not reserved(x, y))
        upward = not upward


def reserved(x, y):
    finders = (x < 9 and y < 9) or (x > 16 and y < 9) or (x < 9 and y > 16)
    alignment = 16 <= x <= 20 and 16 <= y <= 20
    return finders or alignment or x == 6 or y == 6
