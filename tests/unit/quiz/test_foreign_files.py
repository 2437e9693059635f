"""Files as trainers and other programs write them: encodings, headers, dialects, and an account of every fault."""

import base64
from datetime import date

import pytest

from services.quiz import files
from services.quiz.files import UnreadableFile
from tests.support.tables import workbook

HEADER = "题型,题干,选项A,选项B,选项C,选项D,答案,分值,分类,标签,难度,解析,法律依据\n"
SINGLE = "单选题,宪法日是哪一天,12月4日,10月1日,7月1日,,A,2,法律知识,宪法、节日,3,说明,《决定》\n"


def only(content, **options):
    (row,) = files.read(content, **options).rows
    assert row.rejected == []
    return row.content


def faults(content, **options):
    rows = files.read(content, **options).rows
    return [(fault.row, fault.field, fault.message) for row in rows for fault in row.rejected]


def table(*lines):
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_that_are_in_use(encoding):
    content = only((HEADER + SINGLE).encode(encoding))

    assert content.stem == "宪法日是哪一天"
    assert content.options == (("A", "12月4日"), ("B", "10月1日"), ("C", "7月1日"))
    assert (content.answer, content.score, content.category) == ("A", 2.0, "law")
    assert (content.tags, content.difficulty, content.legal_basis) == (("宪法", "节日"), 3, "《决定》")


IN_TEXT = {
    "csv": HEADER + SINGLE,
    "gift": "宪法日是哪一天 {=12月4日 ~10月1日 ~7月1日}\n",
    "aiken": "宪法日是哪一天\nA. 12月4日\nB. 10月1日\nC. 7月1日\nANSWER: A\n",
    "moodle_xml": """<quiz><question type="multichoice"><questiontext><text>宪法日是哪一天</text></questiontext>
<answer fraction="100"><text>12月4日</text></answer><answer fraction="0"><text>10月1日</text></answer>
<answer fraction="0"><text>7月1日</text></answer></question></quiz>""",
    "qti3": """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"><qti-response-declaration
identifier="R" cardinality="single"><qti-correct-response><qti-value>x</qti-value></qti-correct-response>
</qti-response-declaration><qti-item-body><p>宪法日是哪一天</p><qti-choice-interaction response-identifier="R">
<qti-simple-choice identifier="x">12月4日</qti-simple-choice>
<qti-simple-choice identifier="y">10月1日</qti-simple-choice>
<qti-simple-choice identifier="z">7月1日</qti-simple-choice></qti-choice-interaction></qti-item-body>
</qti-assessment-item>""",
}


@pytest.mark.parametrize("format", IN_TEXT)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_format_of_text_is_read_in_the_encodings_that_are_in_use(format, encoding):
    text = IN_TEXT[format]
    if text.startswith("<"):
        text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig").removesuffix("-le")}"?>\n{text}'
    content = only(text.encode(encoding))

    assert (content.stem, content.answer) == ("宪法日是哪一天", "A")
    assert content.options == (("A", "12月4日"), ("B", "10月1日"), ("C", "7月1日"))


@pytest.mark.parametrize(
    ("type", "answer", "read"),
    [
        ("多选题", "ABC", ["A", "B", "C"]),
        ("多选", "c、a", ["A", "C"]),
        ("多项选择题", "Ａ，Ｂ", ["A", "B"]),
        ("单选", "ｂ", "B"),
    ],
)
def test_keys_are_read_as_people_write_them(type, answer, read):
    row = f'{type},题干,甲,乙,丙,丁,"{answer}",2,法律,,,,'

    assert only(table(row)).answer == read


@pytest.mark.parametrize(
    ("answer", "read"), [("对", True), ("√", True), ("正确", True), ("T", True), ("错", False), ("×", False)]
)
def test_true_and_false_have_many_names(answer, read):
    assert only(table(f"判断题,题干,,,,,{answer},1,党史,,,,")).answer is read


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("1921", ["1921"]),
        ("1921|一九二一", ["1921", "一九二一"]),
        ("甲；乙|丙", [["甲"], ["乙", "丙"]]),
        ("3.14±0.01", ["3.14±0.01"]),
        ("a\\|b", ["a|b"]),
    ],
)
def test_blanks_have_forms_and_there_may_be_several(answer, read):
    assert only(table(f"填空题,____,,,,,{answer},1,党史,,,,")).answer == read


def test_each_fault_is_told_with_its_row_and_column():
    content = table(
        "单选题,甲题,是,否,,,A,2,法律,,,,",
        "连线题,乙题,,,,,A,2,法律,,,,",
        "单选题,丙题,是,否,,,E,2,法律,,,,",
        "单选题,丁题,是,,否,,A,2,法律,,,,",
        "判断题,戊题,,,,,也许,2,法律,,,,",
        "判断题,己题,,,,,对,很多,法律,,9,,",
        "判断题,,,,,,对,1,法律,,,,",
        "判断题,甲 题。,,,,,对,1,法律,,,,",
    )

    assert faults(content) == [
        (3, "type", "import.unknown_type"),
        (4, "answer", "question.answer_single"),
        (5, "options", "question.option_keys"),
        (6, "answer", "question.answer_true_false"),
        (7, "score", "Not a valid number."),
        (7, "difficulty", "Must be greater than or equal to 1 and less than or equal to 5."),
        (8, "stem", "Missing data for required field."),
        (9, "stem", "import.duplicate_stem"),
    ]


def test_a_stem_that_stood_before_names_the_row_where_it_stood():
    (duplicate,) = files.read(table("判断题,甲题,,,,,对,1,,,,,", "判断题,甲 题！,,,,,错,1,,,,,")).rows[1].rejected

    assert duplicate.value == "2"


def test_a_workbook_with_numbers_dates_and_empty_lines_is_read():
    header = ["题干", "答案", "题型", "分值", "生效日期", "备注"]
    row = ["中国共产党成立于哪一年", 1921, "填空题", 2.5, date(2021, 7, 1), "略"]

    content = only(workbook([header, [], row]))

    assert (content.answer, content.score, content.valid_from) == (["1921"], 2.5, "2021-07-01")


@pytest.mark.parametrize("header", ["姓名,电话\n", "题干\n", "题干,答案,答案\n"])
def test_a_table_without_our_headers_is_not_a_table_of_questions(header):
    with pytest.raises(UnreadableFile) as refused:
        files.read((header + "甲,乙,丙\n").encode(), format="csv")
    assert refused.value.code == "import.no_header"


GIFT = """
// a comment
$CATEGORY: top/警示教育

::Q1:: Two plus two equals {=4 #right ~3 ~5 ####Arithmetic.}

The sun rises in the east.{T}

Which are primes? {~%50%2 ~%50%3 ~%-100%4}

Mahatma Gandhi's birthday is an Indian holiday on {
=15th October
=Oct 15
}

What is pi to two places? {#3.14:0.005}

Between one and five. {#1..5}

Write about it. {}

The Yangtze is {~shorter =longer} than the Pearl River.

Match. {=a -> b =c -> d =e -> f}

No answer here.
"""


def test_gift_is_read_as_moodle_writes_it():
    rows = files.read(GIFT.encode()).rows
    read = [(r.content.type, r.content.answer) for r in rows if r.content]

    assert read == [
        ("single", "A"),
        ("true_false", True),
        ("multiple", ["A", "B"]),
        ("blank", ["15th October", "Oct 15"]),
        ("blank", ["3.14±0.005"]),
        ("blank", ["3±2"]),
        ("essay", None),
        ("single", "B"),
    ]
    assert rows[0].content.explanation == "Arithmetic."
    assert rows[0].content.category == "warning"
    assert rows[7].content.stem == "The Yangtze is ____ than the Pearl River."
    assert [(row.row, row.rejected[0].message) for row in rows if row.rejected] == [
        (24, "import.unsupported_type"),
        (26, "import.no_answer_braces"),
    ]


def test_aiken_is_read_with_latin_and_chinese_signs():
    text = "首都是？\nA. 北京\nB) 上海\nANSWER: A\n\n国旗的颜色？\nＡ．红\nＢ、蓝\n答案：Ａ\n\n没有选项的话\n"
    rows = files.read(text.encode()).rows

    assert [row.content.answer for row in rows[:2]] == ["A", "A"]
    assert rows[1].content.options == (("A", "红"), ("B", "蓝"))
    assert [(row.row, row.rejected[0].message) for row in rows[2:]] == [(11, "import.no_answer_line")]


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
 <question type="category"><category><text>$course$/top/党史教育</text></category></question>
 <question type="multichoice">
  <questiontext format="html"><text><![CDATA[<p>南湖<b>红船</b>在哪里？</p><script>x</script>]]></text></questiontext>
  <generalfeedback format="html"><text>&lt;p&gt;在嘉兴。&lt;/p&gt;</text></generalfeedback>
  <defaultgrade>2.0000000</defaultgrade><single>true</single>
  <answer fraction="100" format="html"><text>嘉兴</text></answer>
  <answer fraction="0" format="html"><text>杭州</text></answer>
  <tags><tag><text>建党</text></tag></tags>
 </question>
 <question type="numerical"><questiontext><text>圆周率</text></questiontext>
  <answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer></question>
 <question type="truefalse"><questiontext><text>对吗</text></questiontext>
  <answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
 <question type="matching"><questiontext><text>连线</text></questiontext></question>
</quiz>"""


def test_moodle_xml_is_read_as_moodle_writes_it():
    rows = files.read(MOODLE.encode()).rows
    first = rows[0].content

    assert (first.stem, first.explanation, first.category) == (
        "南湖红船在哪里？",
        "在嘉兴。",
        "party_history",
    )
    assert (first.answer, first.score, first.tags) == ("A", 2.0, ("建党",))
    assert [row.content.answer for row in rows[1:3]] == [["3.14±0.01"], False]
    assert (rows[3].row, rows[3].rejected[0].message) == (4, "import.unsupported_type")


def pictured(text, *files, **parts):
    """A question of Moodle's with this text, and the files beside it."""
    beside = "".join(f'<file name="{name}" path="{path}" encoding="base64">{data}</file>' for name, path, data in files)
    feedback = f'<generalfeedback format="html"><text>{parts.get("feedback", "")}</text></generalfeedback>'
    return f"""<quiz><question type="multichoice"><questiontext format="{parts.get("format", "html")}">
<text><![CDATA[{text}]]></text>{beside}</questiontext>{feedback}
<answer fraction="100" format="html"><text><![CDATA[{parts.get("option", "是")}]]></text>{beside}</answer>
<answer fraction="0"><text>否</text></answer></question></quiz>""".encode()


# "one" and "two", base64.
ONE, TWO = ("a b.png", "/", "b25l"), ("c.png", "/map/", "dH\nd v")


def test_pictures_of_moodle_are_taken_from_where_its_files_lie_with_what_they_say():
    text = (
        '<p>看图<img src="@@PLUGINFILE@@/a%20b.png" alt="红船">。</p>'
        '<img alt="&lt;图&gt;" src="@@PLUGINFILE@@/map/c.png">'
    )
    (row,) = files.read(pictured(text, ONE, TWO, option='是<img src="@@PLUGINFILE@@/a%20b.png" alt="也是">')).rows

    assert (row.rejected, row.content.stem, row.content.options[0]) == ([], "看图。", ("A", "是"))
    assert [(place, alt, row.pictures[id]) for place, id, alt in row.content.media] == [
        ("stem", "红船", b"one"),
        ("stem", "<图>", b"two"),
        ("A", "也是", b"one"),
    ]


def test_a_picture_that_stands_in_the_text_itself_is_taken():
    (row,) = files.read(pictured('图<img alt="红船" src="data:image/png;base64,b25l">')).rows

    assert list(row.pictures.values()) == [b"one"]


@pytest.mark.parametrize(
    ("text", "parts", "fault"),
    [
        ('图<img src="@@PLUGINFILE@@/a%20b.png">', {}, "import.picture_without_alt"),
        ('图<img src="@@PLUGINFILE@@/a%20b.png" alt=" ">', {}, "import.picture_without_alt"),
        ('图<img src="@@PLUGINFILE@@/other.png" alt="图">', {}, "import.picture_not_in_file"),
        ('图<img src="https://example.org/a.png" alt="图">', {}, "import.picture_not_in_file"),
        ('图<img src="data:image/png;base64,=" alt="图">', {}, "import.picture_not_in_file"),
        ("图", {"feedback": '&lt;img src="@@PLUGINFILE@@/a%20b.png" alt="图"&gt;'}, "import.picture_without_place"),
        ('听<audio src="@@PLUGINFILE@@/a.mp3"></audio>', {}, "import.media_in_item"),
        ('读<a href="@@PLUGINFILE@@/a.pdf">附件</a>', {}, "import.media_in_item"),
        ("图![红船](@@PLUGINFILE@@/a%20b.png)", {"format": "markdown"}, "import.media_in_item"),
    ],
)
def test_what_moodle_shows_and_we_cannot_take_is_never_passed_over(text, parts, fault):
    (row,) = files.read(pictured(text, ONE, **parts)).rows

    assert [(rejected.field, rejected.message) for rejected in row.rejected] == [("media", fault)]
    assert row.rejected[0].value


def test_all_that_is_wrong_with_a_question_of_pictures_is_told_at_once():
    text = '<img src="@@PLUGINFILE@@/a%20b.png"><img src="@@PLUGINFILE@@/d.png" alt="图">'

    assert faults(pictured(text, ONE)) == [
        (1, "media", "import.picture_without_alt"),
        (1, "media", "import.picture_not_in_file"),
        (1, "stem", "Missing data for required field."),
    ]


def test_a_picture_of_a_true_or_false_answer_has_no_place():
    content = pictured("图").replace(b"multichoice", b"truefalse").replace("是".encode(), b"true")
    of_the_right = content.replace(b"true]]>", b'true<img src="x" alt="y">]]>')
    of_the_wrong = content.replace(b'<answer fraction="0"><text>', b'<answer fraction="0" format="html"><text>')
    of_the_wrong = of_the_wrong.replace("否".encode(), b'false&lt;img src="x" alt="y"&gt;')

    for pictured_answer in (of_the_right, of_the_wrong):
        assert faults(pictured_answer) == [(1, "media", "import.picture_without_place")]


def test_options_beyond_what_a_question_may_have_are_not_dropped():
    more = b'<answer fraction="0"><text>x</text></answer></question>'
    content = pictured("题")
    for _ in range(9):
        content = content.replace(b"</question>", more)

    assert faults(content) == [(1, "options", "import.too_many_options")]


def test_pictures_too_large_to_be_kept_are_told_before_they_are_looked_at():
    large = base64.b64encode(bytes(2 * 1024 * 1024 + 1)).decode()

    assert faults(pictured('图<img src="@@PLUGINFILE@@/a.png" alt="图">', ("a.png", "/", large))) == [
        (1, "media", "media.too_large")
    ]
