"""Files that are made to harm, or broken: each is refused as a whole, in time, with a reason."""

import io
import zipfile

import pytest

from services.quiz import files
from services.quiz.files import UnreadableFile, qti3, workbook
from tests.unit.quiz.questions import a_single

LAUGHS = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><quiz><question type="essay"><questiontext><text>&c;</text></questiontext>
</question></quiz>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<quiz><question type="essay"><questiontext><text>&f;</text></questiontext></question></quiz>"""


def refusal(content, **options):
    with pytest.raises(UnreadableFile) as refused:
        files.read(content, **options)
    return refused.value.code


@pytest.mark.parametrize("bomb", [LAUGHS, OUTSIDE], ids=["billion laughs", "external entity"])
def test_xml_that_declares_entities_is_refused(bomb):
    assert refusal(bomb.encode()) == "import.broken_xml"
    assert refusal(bomb.encode("utf-16"), format="moodle_xml") == "import.broken_xml"


def zipped(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1_000_000)
    bomb = zipped({"xl/workbook.xml": "x", "xl/worksheets/sheet1.xml": " " * 2_000_000})

    assert len(bomb) < 10_000
    assert refusal(bomb) == "import.too_large_unpacked"


def test_a_workbook_whose_parts_declare_entities_is_refused():
    content = files.write([a_single()], "xlsx").content
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    declaration = b'<!DOCTYPE x [<!ENTITY a "ha">]><worksheet'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"<worksheet", declaration, 1)

    assert refusal(zipped(parts)) == "import.broken_workbook"


def a_package(items, manifest=None):
    names = [*items]
    resources = "".join(f'<resource identifier="r" type="imsqti_item_xmlv3p0" href="{name}"/>' for name in names)
    return zipped({"imsmanifest.xml": manifest or f"<manifest><resources>{resources}</resources></manifest>", **items})


ITEM = """<qti-assessment-item><qti-response-declaration identifier="R" cardinality="single"><qti-correct-response>
<qti-value>a</qti-value></qti-correct-response></qti-response-declaration><qti-item-body><p>题干</p>
<qti-choice-interaction response-identifier="R"><qti-simple-choice identifier="a">甲</qti-simple-choice>
<qti-simple-choice identifier="b">乙</qti-simple-choice></qti-choice-interaction></qti-item-body></qti-assessment-item>
"""


def test_a_package_that_unpacks_to_too_much_is_refused_unread(monkeypatch):
    monkeypatch.setattr(qti3, "MAX_UNPACKED", 1_000_000)
    bomb = a_package({"items/q1.xml": " " * 2_000_000})

    assert len(bomb) < 10_000
    assert refusal(bomb) == "import.too_large_unpacked"


def test_a_package_with_too_many_entries_is_refused_unread(monkeypatch):
    monkeypatch.setattr(qti3, "MAX_PARTS", 5)

    assert refusal(a_package({f"{number}.xml": ITEM for number in range(5)})) == "import.too_large_unpacked"


@pytest.mark.parametrize("place", ["item", "manifest"])
def test_a_package_that_declares_entities_is_refused(place):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha">]>'
    item, manifest = (bomb + ITEM, None) if place == "item" else (ITEM, f"{bomb}<manifest/>")

    assert refusal(a_package({"q.xml": item}, manifest)) == "import.broken_xml"


def test_an_item_that_the_manifest_names_a_thousand_times_is_read_once():
    resource = '<resource type="imsqti_item_xmlv3p0" href="q.xml"/>'
    content = a_package({"q.xml": ITEM}, f"<manifest>{resource * 1000}</manifest>")

    assert [row.content.stem for row in files.read(content).rows] == ["题干"]


def test_an_item_outside_the_package_is_not_looked_for():
    resource = '<resource type="imsqti_item_xmlv3p0" href="../../etc/passwd"/>'
    (row,) = files.read(a_package({"q.xml": ITEM}, f"<manifest>{resource}</manifest>")).rows

    assert [(fault.field, fault.message) for fault in row.rejected] == [("file", "import.item_missing")]


def test_elements_nested_without_end_are_read_without_falling():
    deep = ITEM.replace("题干", "<b>" * 50_000 + "题干" + "</b>" * 50_000)

    assert files.read(deep.encode()).rows[0].content.stem == "题干"


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"", {}, "import.unknown_format"),
        (b"\x00\x01\x02\xff\xfe\xfd", {}, "import.encoding"),
        (b"PK\x03\x04 broken", {}, "import.broken_workbook"),
        (b"just a letter", {}, "import.unknown_format"),
        ('题干,答案\n"甲,乙\n'.encode(), {}, "import.broken_csv"),
        ("题干,答案\n".encode(), {}, "import.no_questions"),
        (b"<quiz><question></quiz>", {}, "import.broken_xml"),
        (b"<other/>", {"format": "moodle_xml"}, "import.broken_xml"),
        (b"PK\x03\x04 broken", {"format": "qti3"}, "import.broken_package"),
        (b"<other>", {"format": "qti3"}, "import.broken_xml"),
    ],
)
def test_what_is_no_file_of_questions_is_refused_with_the_reason(content, options, code):
    assert refusal(content, **options) == code
