"""What other programs say of a question and it has no place for here: each thing is in the account, none is lost."""

import csv
import io

import pytest

from services.quiz import files

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"


def omitted(content, **options):
    """Each thing that was left behind of the questions, all of which were taken: row, field, why, and what."""
    rows = files.read(content.encode(), **options).rows
    assert [fault for row in rows for fault in row.rejected] == []
    return [(one.row, one.field, one.message, one.value) for row in rows for one in row.omitted]


def question(content, **options):
    (row,) = files.read(content.encode(), **options).rows
    assert row.rejected == []
    return row.content


def gift(text):
    return omitted(text, format="gift")


@pytest.mark.parametrize(
    ("text", "answer", "left"),
    [
        ("首都 {=北京 ~%50%南京 ~上海}", "A", [("answer", "import.partial_credit", "南京 50%")]),
        ("首都 {=北京 ~%-25%南京}", "A", [("answer", "import.partial_credit", "南京 -25%")]),
        ("首都 {=%100%北京 =%50%燕京 =%0%南京}", ["北京"], [("answer", "import.partial_credit", "燕京 50%")]),
        ("建党 {#=1921:0 =%50%1921:2}", ["1921±0"], [("answer", "import.partial_credit", "1921±2 50%")]),
        ("建党 {#1921 # 对了}", ["1921"], [("explanation", "import.feedback", "对了")]),
        ("建党 {#=1921 ~#再想想}", ["1921"], [("explanation", "import.feedback", "再想想")]),
        ("对吗 {F#错了#对了}", False, [("explanation", "import.feedback", text) for text in ("错了", "对了")]),
        ("首都 {=北京#对 ~南京#错}", "A", [("explanation", "import.feedback", text) for text in ("对", "错")]),
        ("首都 {=北*}", ["北*"], [("answer", "import.wildcard", "北*")]),
        ("首都 {单选 =北京 ~南京}", "A", [("answer", "import.text_before_answers", "单选")]),
        ("首都 {~%70%甲 ~%30%乙 ~%-100%丙}", ["A", "B"], [("scoring", "import.other_weights", "70/30/-100")]),
        ("首都 {~%50%甲 ~%50%乙 ~丙}", ["A", "B"], [("scoring", "import.other_weights", "50/50/0")]),
        ("首都 {=甲 =乙 ~丙}", ["A", "B"], [("scoring", "import.other_weights", "100/100/0")]),
    ],
)
def test_what_gift_says_besides_is_told_with_its_line(text, answer, left):
    content = f"// 说明\n\n{text}\n"

    assert question(content, format="gift").answer == answer
    assert gift(content) == [(3, *one) for one in left]


@pytest.mark.parametrize("shares", ["~%50%甲 ~%50%乙 ~%-100%丙", "~%33.333%甲 ~%33.333%乙 ~%33.333%丁 ~%-100%丙"])
def test_equal_shares_and_nothing_with_a_wrong_option_are_partial_credit_as_it_is_here(shares):
    content = f"题 {{{shares}}}"

    assert gift(content) == []
    assert question(content, format="gift").scoring == "partial"


def test_a_category_within_others_is_told_once_and_that_of_a_course_is_not():
    text = "$CATEGORY: $course$/top/宪法/总纲\n\n一 {T}\n\n二 {F}\n\n$CATEGORY: top/党史\n\n三 {T}\n"

    assert gift(text) == [(1, "category", "import.category_path", "宪法")]


@pytest.mark.parametrize(
    ("first", "fault"), [("一", "import.no_answer_braces"), ("一 {~甲 ~乙}", "question.answer_multiple")]
)
def test_a_category_within_others_is_told_with_the_first_question_that_is_taken(first, fault):
    (refused, taken) = files.read(f"$CATEGORY: 宪法/总纲\n\n{first}\n\n二 {{F}}\n".encode(), format="gift").rows

    assert [one.message for one in refused.rejected] == [fault]
    assert [one.message for one in taken.omitted] == ["import.category_path"]


def test_tags_are_taken_from_where_moodle_writes_them():
    assert question("// question: 7  name: 一 [id:x] [tag:宪法] [tag:节日]\n题 {T}", format="gift").tags == (
        "宪法",
        "节日",
    )


def test_a_second_pair_of_braces_rejects_the_question_before_its_key_is_shown_in_the_stem():
    (row,) = files.read("首都 {=北京} 国旗 {=红色}".encode(), format="gift").rows

    assert [(one.field, one.message, one.value) for one in row.rejected] == [
        ("answer", "import.several_answer_braces", "国旗 {=红色}")
    ]


def test_html_of_gift_is_read_as_a_reader_sees_it():
    text = "::Q7::[html]<p>首都<b>在哪</b>？</p>{=<p>北&\\#20140;</p> ~<p>南京</p> ####<p>见《宪法》</p>}"
    read = question(text, format="gift")

    assert (read.stem, read.options, read.explanation) == ("首都在哪？", (("A", "北京"), ("B", "南京")), "见《宪法》")
    assert gift(text) == []
    assert question("[html]<p>首都</p>{=<p>北京</p>}", format="gift").answer == ["北京"]
    # Without the word, signs are signs.
    assert question("甲<乙{T}", format="gift").stem == "甲<乙"


@pytest.mark.parametrize(
    ("shows", "fault"),
    [
        ('<img src\\="@@PLUGINFILE@@/a.png" alt\\="图">', "import.picture_not_in_file"),
        ("<audio></audio>", "import.media_in_item"),
    ],
)
def test_what_html_of_gift_shows_besides_its_text_rejects_the_question(shows, fault):
    for text in (f"[html]题{shows}{{T}}", f"[html]题{{=甲{shows} ~乙}}"):
        (row,) = files.read(text.encode(), format="gift").rows
        assert [(one.field, one.message) for one in row.rejected] == [("media", fault)]


def moodle(kind, inner, stem="题"):
    return f"<quiz><question type='{kind}'><questiontext><text>{stem}</text></questiontext>{inner}</question></quiz>"


def answered(text, fraction, inner=""):
    return f"<answer fraction='{fraction}'><text>{text}</text>{inner}</answer>"


def said(text):
    return f"<feedback><text>{text}</text></feedback>"


SHORT = answered("北京", 100)
CHOSEN = answered("北京", 100) + answered("南京", 0)


@pytest.mark.parametrize(
    ("kind", "inner", "answer", "left"),
    [
        ("multichoice", SHORT + answered("燕京", 50), "A", [("answer", "import.partial_credit", "燕京 50%")]),
        ("multichoice", SHORT + answered("南京", "-33.33333"), "A",
         [("answer", "import.partial_credit", "南京 -33.3333%")]),
        ("multichoice", "<single>false</single>" + answered("甲", 60) + answered("乙", 40) + answered("丙", -50),
         ["A", "B"], [("scoring", "import.other_weights", "60/40/-50")]),
        ("multichoice", CHOSEN + "<correctfeedback><text>很好</text></correctfeedback><hint><text>首都</text></hint>",
         "A",
         [("explanation", "import.feedback", "很好"), ("explanation", "import.hint", "首都")]),
        ("multichoice", CHOSEN.replace("</text></answer>", f"</text>{said('说明')}</answer>", 1), "A",
         [("explanation", "import.feedback", "说明")]),
        ("multichoice", CHOSEN + "<hidden>1</hidden><idnumber>Q7</idnumber>", "A",
         [("state", "import.hidden", None), ("id", "import.id_number", "Q7")]),
        ("shortanswer", SHORT + answered("燕京", 50) + answered("*", 0, said("不对")), ["北京"],
         [("answer", "import.partial_credit", "燕京 50%"), ("explanation", "import.feedback", "不对")]),
        ("shortanswer", SHORT + "<usecase>1</usecase>", ["北京"], [("answer", "import.case_sensitive", None)]),
        ("shortanswer", answered("北*", 100), ["北*"], [("answer", "import.wildcard", "北*")]),
        ("shortanswer", answered(r"2\*3", 100), ["2*3"], []),
        ("numerical", answered("3.14", 100, "<tolerance>0.01</tolerance>")
         + answered("3.14", 50, "<tolerance>0.5</tolerance>"), ["3.14±0.01"],
         [("answer", "import.partial_credit", "3.14 50%")]),
        ("numerical", answered("3E2", 100, "<tolerance>1E-1</tolerance>"), ["300±0.1"], []),
        ("numerical", answered("3.14", 100, "<tolerance>5%</tolerance>"), ["3.14"],
         [("answer", "import.tolerance", "3.14 ± 5%")]),
        ("numerical", answered("5", 100) + "<units><unit><unit_name>米</unit_name></unit></units>",
         ["5"], [("answer", "import.units", "米")]),
        ("truefalse", answered("true", 100, said("对")) + answered("false", 0), True,
         [("explanation", "import.feedback", "对")]),
        ("essay", "<graderinfo><text>看论点</text></graderinfo><responsetemplate><text>一、</text></responsetemplate>"
         "<attachments>2</attachments>", None,
         [("rubric", "import.grader_information", "看论点"), ("answer", "import.response_template", "一、"),
          ("answer", "import.attachments", "2")]),
    ],
)  # fmt: skip
def test_what_moodle_says_besides_is_told_with_the_number_of_the_question(kind, inner, answer, left):
    content = moodle(kind, inner)

    assert question(content).answer == answer
    assert omitted(content) == [(1, *one) for one in left]


def test_a_multiple_choice_of_moodle_with_equal_shares_is_scored_in_parts():
    inner = "<single>false</single>" + answered("甲", 50) + answered("乙", 50) + answered("丙", -100)

    assert (question(moodle("multichoice", inner)).scoring, omitted(moodle("multichoice", inner))) == ("partial", [])


def test_a_fraction_that_is_no_number_rejects_the_question():
    for fraction in ("half", "nan"):
        (row,) = files.read(moodle("shortanswer", SHORT + answered("燕京", fraction)).encode()).rows
        assert [(one.field, one.message, one.value) for one in row.rejected] == [
            ("answer", "import.not_a_number", fraction)
        ]


def test_a_category_of_moodle_within_others_is_told_once():
    category = "<question type='category'><category><text>$course$/top/宪法/总纲</text></category></question>"
    content = moodle("essay", "").replace("<quiz>", f"<quiz>{category}")
    content = content.replace("</quiz>", moodle("essay", "", stem="又一题").removeprefix("<quiz>"))

    assert omitted(content) == [(1, "category", "import.category_path", "宪法")]


@pytest.mark.parametrize("kind", ["matching", "cloze", "ddwtos", "calculated", "description"])
def test_types_that_there_are_not_here_are_rejected_by_name(kind):
    (row,) = files.read(moodle(kind, "").encode()).rows

    assert [(one.field, one.message, one.value) for one in row.rejected] == [("type", "import.unsupported_type", kind)]


def item(body, declared="", rest="", **attributes):
    given = "".join(f" {name}='{value}'" for name, value in attributes.items())
    return (
        f"<qti-assessment-item xmlns='{QTI}' identifier='i'{given}>{declared}<qti-item-body>{body}</qti-item-body>"
        f"{rest}</qti-assessment-item>"
    )


def declaration(right, mapping="", cardinality="single", base="identifier"):
    values = "".join(f"<qti-value>{one}</qti-value>" for one in right)
    return (
        f"<qti-response-declaration identifier='R' cardinality='{cardinality}' base-type='{base}'>"
        f"<qti-correct-response>{values}</qti-correct-response>{mapping}</qti-response-declaration>"
    )


def mapping(default=0, case="false", **worth):
    entries = "".join(
        f"<qti-map-entry map-key='{key}' mapped-value='{value}' case-sensitive='{case}'/>"
        for key, value in worth.items()
    )
    return f"<qti-mapping default-value='{default}'>{entries}</qti-mapping>"


def choice(inner=""):
    options = "".join(f"<qti-simple-choice identifier='{name}'>{name}项</qti-simple-choice>" for name in "xyz")
    return f"<p>题</p><qti-choice-interaction response-identifier='R'>{options}</qti-choice-interaction>{inner}"


ENTRY = "<p>题<qti-text-entry-interaction response-identifier='R'/></p>"
MAPPED = "<qti-response-processing template='https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml'/>"
NEAR = """<qti-response-processing><qti-response-condition><qti-response-if><qti-equal tolerance-mode='{mode}'
tolerance='{most}'><qti-variable identifier='R'/><qti-correct identifier='R'/></qti-equal></qti-response-if>
</qti-response-condition></qti-response-processing>"""


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (item(choice(), declaration("x", mapping(x=1, y=0.5))), [("answer", "import.partial_credit", "y项 33.33%")]),
        (item(choice(), declaration("xy", mapping(-1, x=1, y=1), "multiple"), MAPPED),
         [("scoring", "import.other_weights", "50/50/-50")]),
        (item(choice(), declaration("xy", mapping(-2, x=1, y=1), "multiple"), MAPPED), []),
        (item(ENTRY, declaration(["York"], mapping(York=1, Yorck=0.5), base="string")),
         [("answer", "import.partial_credit", "Yorck 50%")]),
        (item(ENTRY, declaration(["York"], base="string")), [("answer", "import.case_sensitive", None)]),
        (item(ENTRY, declaration(["北京"], base="string")), []),
        (item(ENTRY, declaration(["3.14"], base="float"), NEAR.format(mode="relative", most="1 1")),
         [("answer", "import.tolerance", "relative 1 1")]),
        (item(ENTRY, declaration(["3.14"], base="float"), NEAR.format(mode="absolute", most="0.1 0.2")),
         [("answer", "import.tolerance", "absolute 0.1 0.2")]),
        (item(choice("<qti-feedback-block outcome-identifier='F' identifier='a'><p>再想想</p></qti-feedback-block>"
                     "<qti-rubric-block use='instructions' view='scorer'><p>看论点</p></qti-rubric-block>"),
              declaration("x")),
         [("explanation", "import.feedback", "再想想"), ("rubric", "import.grader_information", "看论点")]),
        (item(choice(), declaration("x"), "".join(
            f"<qti-modal-feedback outcome-identifier='F' identifier='{n}'><p>{n}</p></qti-modal-feedback>"
            for n in "ab")),
         [("explanation", "import.feedback", "b")]),
    ],
)  # fmt: skip
def test_what_an_item_says_besides_is_told_with_its_number(content, left):
    assert omitted(content) == [(1, *one) for one in left]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (item(choice(), declaration("x"), adaptive="true"), "adaptive"),
        (item(choice(), declaration("x"), "<qti-template-processing/>"), "qti-template-processing"),
    ],
)
def test_an_item_that_makes_itself_anew_is_rejected(content, what):
    (row,) = files.read(content.encode()).rows

    assert [(one.message, one.value) for one in row.rejected] == [("import.unsupported_type", what)]


def table(*lines):
    target = io.StringIO()
    csv.writer(target).writerows(lines)
    return target.getvalue()


def test_what_a_table_says_in_other_columns_or_in_none_is_told():
    content = table(
        ["题型", "题干", "选项A", "答案", "备注"],
        ["判断题", "甲", "正确", "对", "略"],
        ["判断题", "乙", "也许", "对", "", "多余"],
        ["填空题", "丙", "提示", "丁", ""],
    )

    assert omitted(content) == [
        (1, "file", "import.unknown_column", "备注"),
        (3, "file", "import.cell_without_column", "多余"),
        (3, "options", "import.options_not_here", "也许"),
        (4, "options", "import.options_not_here", "提示"),
    ]


def test_some_fixed_choices_fix_all_and_that_is_told():
    options = "".join(
        f"<qti-simple-choice identifier='{name}' fixed='{fixed}'>{name}项</qti-simple-choice>"
        for name, fixed in (("x", "false"), ("y", "false"), ("z", "true"))
    )
    body = f"<p>题</p><qti-choice-interaction response-identifier='R' shuffle='true'>{options}</qti-choice-interaction>"
    content = item(body, declaration("x"))

    assert question(content).fixed_options is True
    assert omitted(content) == [(1, "fixed_options", "import.some_options_fixed", "z")]


def test_fixed_options_of_a_question_without_options_are_told():
    content = table(["题型", "题干", "答案", "固定选项"], ["判断题", "甲", "对", "是"], ["判断题", "乙", "对", "否"])

    assert omitted(content) == [(2, "fixed_options", "import.options_not_here", "是")]


def test_columns_that_nobody_knows_are_told_with_the_first_row_that_is_taken():
    content = table(["题型", "题干", "答案", "备注"], ["判断题", "甲", "也许", "略"], ["判断题", "乙", "对", ""])
    (refused, taken) = files.read(content.encode()).rows

    assert refused.content is None
    assert [(one.row, one.message, one.value) for one in taken.omitted] == [(1, "import.unknown_column", "备注")]
