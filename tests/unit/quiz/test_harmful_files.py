"""Files that are made to harm, or broken: each is refused as a whole, in time, with a reason."""

import io
import zipfile

import pytest

from services.quiz import files
from services.quiz.files import UnreadableFile, workbook
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
    ],
)
def test_what_is_no_file_of_questions_is_refused_with_the_reason(content, options, code):
    assert refusal(content, **options) == code
