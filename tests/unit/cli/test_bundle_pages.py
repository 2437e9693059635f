"""Documents of a bundle: their words can be selected, whatever is in them, and nothing is left out."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import reportlab

from cli.bundles import case_file, documents, words
from cli.bundles.case_file import Report
from cli.bundles.page import NoFont, Page, font_named
from contracts.tasks.schemas.cases import MEASURES, OUTCOMES, SOURCES

A_FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def said(content: bytes) -> str:
    with pikepdf.open(BytesIO(content)) as document:
        return "".join(
            bytes(operator.operands[0]).decode("utf-16-be", "replace")
            for page in document.pages
            for operator in pikepdf.parse_content_stream(page)
            if str(operator.operator) == "Tj"
        )


@pytest.fixture
def page():
    return Page("案卷目录", font_named(None))


def test_chinese_text_can_be_selected(page):
    page.text("明司卷〔2026〕3号，“属实”。\nSecond line & <b>no markup</b>")
    text = said(page.content())
    for part in ("案卷目录", "明司卷〔2026〕3号，“属实”。", "Second line & <b>no markup</b>"):
        assert part in text


def test_no_character_gets_lost(page):
    page.text("𠮷野家 \u202e\x07😀")
    assert "〔U+20BB7〕野家 〔U+202E〕〔U+0007〕〔U+1F600〕" in said(page.content())


def test_a_text_longer_than_a_page_goes_on_in_a_table_too(page):
    long = "".join(f"第{number}句。" for number in range(2000))
    page.table(("时间", "说明"), [("一", long), ("二", "短")], (1, 3))
    page.text("a" * 5000)
    content = page.content()
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) > 3
    text = said(content)
    assert all(f"{number}" in text for number in (1, 999, 1999))
    # Line breaks fall anywhere; a head comes again on every page.
    assert text.count("句") == 2000
    assert text.count("a") == 5000


def test_a_font_is_embedded_when_one_is_given():
    page = Page("Index", font_named(A_FONT))
    page.text("Words")
    with pikepdf.open(BytesIO(page.content())) as document:
        fonts = document.pages[0].Resources.Font
        embedded = [font for font in fonts.values() if "/FontFile2" in font.get("/FontDescriptor", {})]
        assert embedded
        assert all("/ToUnicode" in font for font in embedded)


def test_what_is_no_font_is_told(tmp_path):
    (tmp_path / "x.ttf").write_bytes(b"no font")
    for path in (tmp_path / "x.ttf", tmp_path / "missing.ttf"):
        with pytest.raises(NoFont):
            font_named(path)


def test_every_outcome_measure_and_source_has_its_word():
    assert (set(words.OUTCOMES), set(words.MEASURES), set(words.SOURCES)) == (
        set(OUTCOMES),
        set(MEASURES),
        set(SOURCES),
    )
    assert set(words.CLOCK_STATES) == {"running", "paused", "met", "missed"}


def test_what_was_reported_names_no_reporter_even_if_the_answer_did():
    content = {
        "title": "窗口推诿",
        "category": "conduct.attitude",
        "received_at": "2026-03-01T01:00:00.000Z",
        "occurred_on": None,
        "place": None,
        "subjects": [{"name": None, "unit": "某某司法所"}],
        "narrative": "多次推诿。\n\n经过如下",
        "details": {"times": 3},
        "reporter": {"mode": "named", "name": "举报人姓名"},
    }
    message = {"at": "2026-03-02T01:00:00.000Z", "author": "reporter", "text": "补充材料"}
    report = Report("2026-000001", content, [message], enclosed_in("照片.jpg"))
    text = said(documents.reported([report], {"conduct.attitude": "态度生硬"}, "核对", font_named(None)).content())
    for part in (
        "窗口推诿",
        "态度生硬",
        "2026-03-01 09:00",
        "某某司法所",
        "经过如下",
        "times：3",
        "补充材料",
        "照片.jpg",
        "核对",
    ):
        assert part in text, part
    assert "举报人姓名" not in text
    assert "named" not in text


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("谈话录音.mp3", "谈话录音.mp3"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a:b*?.txt ", "a_b__.txt"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("...", "file"),
        ("录" * 300 + ".mp3", "录" * 50 + ".mp3"),
        ("a." + "音" * 300, "a." + "音" * 49),
    ],
)
def test_a_file_gets_a_name_that_every_system_takes(given, path):
    [original] = case_file.originals(
        "case-1", [{"item": 7, "file": {"file_name": given, "copies": ["original"], "sha256": "a" * 64, "size": 1}}]
    )
    assert original.path == f"evidence/7-{path}"
    assert len(original.path.encode()) < 200


def test_what_cannot_be_had_as_it_was_kept_is_not_in_the_bundle():
    file = {"file_name": "a.exe", "copies": [], "sha256": "a" * 64, "size": 1}
    assert case_file.originals("case-1", [{"item": 1, "file": file}, {"item": 2, "file": None}]) == []


def enclosed_in(name, **changes):
    """A file of a report as the platform tells of it, and what of it goes into the bundle."""
    file = {
        "id": "a1", "author": "reporter", "file_name": name, "size": 9, "sha256": "a" * 64, "check": "clean_copy",
        "scan": "clean", "copies": ["clean", "original"], "clean": {"size": 7, "sha256": "b" * 64},
    }  # fmt: skip
    return case_file.attachments("/cases/c/report/attachments", "2026-000001", [{**file, **changes}])


INFECTED = {"check": "infected", "scan": "infected", "copies": [], "clean": None}
NOT_SCANNED = {"check": "no_clean_copy", "scan": "not_scanned", "copies": ["original"], "clean": None}
WAITING = {"check": "waiting", "scan": None, "copies": ["original"], "clean": None}


@pytest.mark.parametrize(
    ("told", "paths"),
    [
        ({}, ["report/2026-000001/1-照片.jpg", "report/2026-000001/1-副本-照片.jpg"]),
        (INFECTED, []),
        (NOT_SCANNED, ["report/2026-000001/1-照片.jpg"]),
        (WAITING, ["report/2026-000001/1-照片.jpg"]),
    ],
    ids=["clean copy", "infected", "not scanned", "waiting"],
)
def test_of_a_file_of_a_report_all_copies_that_may_be_opened_are_enclosed(told, paths):
    report = Report("2026-000001", {}, [], enclosed_in("照片.jpg", **told))
    assert [copy.path for copy in case_file.enclosed([report])] == paths
    assert all(copy.item is None for copy in case_file.enclosed([report]))


@pytest.mark.parametrize(
    ("told", "marks"),
    [
        ({}, ["a" * 64, "b" * 64, "1-照片.jpg", "1-副本-照片.jpg"]),
        (INFECTED, ["已隔离", "quarantined", "不随卷"]),
        (NOT_SCANNED, ["未经病毒扫描", "not scanned", "a" * 64]),
        (WAITING, ["等待检查", "not inspected", "not scanned"]),
    ],
    ids=["clean copy", "infected", "not scanned", "waiting"],
)
def test_the_index_names_each_copy_with_its_hash_and_marks_what_is_shut_away_or_not_scanned(told, marks):
    report = Report("2026-000001", {}, [], enclosed_in("照片.jpg", **told))
    page = Page("目录", font_named(None))
    documents._attachments(page, report)
    text = said(page.content())
    for mark in marks:
        assert mark in text, mark
    if not told:
        assert "未经病毒扫描" not in text
        assert "不随卷" not in text


def an_item(number, title, **changes):
    link = {
        "number": 1, "at": "2026-03-02T01:00:00.000Z", "act_text": "登记", "by": {"id": "p", "name": "张承办"},
        "to": None, "why": None, "where": None, "purpose_code": None, "hash": f"{number}" * 64,
    }  # fmt: skip
    return {
        "item": number, "title": title, "state": "kept", "kind_text": "书证", "source": "窗口调取", "how": None,
        "obtained_by": "李四", "obtained_on": "2026-03-01", "file": None, "intact": True, "broken_at": None, "links": 1,
        "head": link["hash"], "custody": [link], **changes,
    }  # fmt: skip


def test_the_index_has_every_item_of_evidence_struck_out_or_broken_and_its_custody():
    case = {
        "number": "2026-000007", "state": "closed", "category": "conduct.attitude", "source": {"kind": "clue"},
        "handler_id": "p", "unit_id": None, "version": 9, "clocks": [], "allegations": [],
        "guards": dict.fromkeys(words.GUARDS, True),
    }  # fmt: skip
    items = [
        an_item(1, "台账原件"),
        an_item(2, "误录的照片", state="withdrawn"),
        an_item(3, "录音", intact=False, broken_at=2),
        an_item(4, None, file={"sha256": "f" * 64}),
    ]
    text = said(documents.index(case, [], items, [], [], {"p": "张承办"}, font_named(None)).content())
    for item in items:
        assert item["title"] is None or item["title"] in text
        assert item["custody"][0]["hash"] in text
    assert (text.count("在卷"), text.count("已撤销")) == (3, 1)
    for mark in ("第 2 环", "does not open", "not in the bundle", "f" * 64, "窗口调取", "2026-03-02 09:00", "张承办"):
        assert mark in text, mark
