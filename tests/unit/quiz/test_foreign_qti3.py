"""QTI 3 items as other programs write them (the constructs of 1EdTech's published examples)."""

import io
import zipfile

import pytest

from services.quiz import files

# "one", base64.
DATA = "data:image/png;base64,b25l"
TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"


def item(body, declarations, processing="", outcomes=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'
        ' identifier="i" title="t" adaptive="false" time-dependent="false">'
        f"{declarations}{outcomes}<qti-item-body>{body}</qti-item-body>{processing}</qti-assessment-item>"
    ).encode()


def declared(*values, cardinality="single", base="identifier", mapping="", name="RESPONSE"):
    right = "".join(f"<qti-value>{value}</qti-value>" for value in values)
    return (
        f'<qti-response-declaration identifier="{name}" cardinality="{cardinality}" base-type="{base}">'
        f"<qti-correct-response>{right}</qti-correct-response>{mapping}</qti-response-declaration>"
    )


def choices(*names, prompt="<qti-prompt>哪些 <b>正确</b>？</qti-prompt>"):
    options = "".join(f'<qti-simple-choice identifier="{name}">内容{name}</qti-simple-choice>' for name in names)
    return f'<qti-choice-interaction response-identifier="RESPONSE">{prompt}{options}</qti-choice-interaction>'


def the_one(content):
    (row,) = files.read(content).rows
    assert row.rejected == []
    return row.content


def test_a_single_choice_is_read_with_its_prompt_and_its_score():
    outcomes = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="3"/>'
    read = the_one(item(f"<p>看  图。</p>{choices('x', 'y')}", declared("y"), outcomes=outcomes))

    assert (read.type, read.stem, read.answer, read.score) == ("single", "看 图。\n哪些 正确？", "B", 3.0)
    assert read.options == (("A", "内容x"), ("B", "内容y"))


@pytest.mark.parametrize(("template", "scoring"), [("map_response", "partial"), ("match_correct", "all_or_nothing")])
def test_a_multiple_choice_earns_its_parts_where_its_response_is_mapped(template, scoring):
    processing = f'<qti-response-processing template="{TEMPLATES}/{template}.xml"/>'
    read = the_one(item(choices("x", "y", "z"), declared("x", "z", cardinality="multiple"), processing))

    assert (read.type, read.answer, read.scoring) == ("multiple", ["A", "C"], scoring)


def test_choices_called_true_and_false_are_a_question_of_true_or_false():
    assert the_one(item(choices("true", "false"), declared("false"))).answer is False


def test_a_text_entry_is_a_blank_where_it_stands_and_takes_what_its_mapping_rewards_most():
    mapping = """<qti-mapping default-value="0"><qti-map-entry map-key="York" mapped-value="1"/>
    <qti-map-entry map-key="york city" mapped-value="1"/><qti-map-entry map-key="Yorck" mapped-value="0.5"/>
    </qti-mapping>"""
    body = '<p>House of <qti-text-entry-interaction response-identifier="RESPONSE"/>, <i>1485</i></p>'
    read = the_one(item(body, declared("York", base="string", mapping=mapping)))

    assert (read.stem, read.answer) == ("House of ____, 1485", ["York", "york city"])


def test_several_text_entries_are_several_blanks():
    entry = '<qti-text-entry-interaction response-identifier="{}"/>'
    body = f"<p>{entry.format('R1')}和{entry.format('R2')}</p>"
    keys = declared("甲", base="string", name="R1") + declared("乙", base="string", name="R2")

    assert the_one(item(body, keys)).answer == [["甲"], ["乙"]]


def test_a_number_is_taken_with_its_tolerance():
    processing = """<qti-response-processing><qti-response-condition><qti-response-if><qti-equal
    tolerance-mode="absolute" tolerance="0.05 0.05"/></qti-response-if></qti-response-condition>
    </qti-response-processing>"""
    body = '<p>π≈<qti-text-entry-interaction response-identifier="RESPONSE"/></p>'

    assert the_one(item(body, declared("3.14", base="float"), processing)).answer == ["3.14±0.05"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<qti-order-interaction response-identifier="RESPONSE"/>', ("type", "import.unsupported_type")),
        (choices("x", "y") + choices("x", "y"), ("type", "import.unsupported_type")),
        (f'<p><img src="a.png" alt="图"/></p>{choices("x", "y")}', ("media", "import.picture_not_in_file")),
        (f'<p><img src="{DATA}"/></p>{choices("x", "y")}', ("media", "import.picture_without_alt")),
        (f"<p><math><mi>x</mi></math></p>{choices('x', 'y')}", ("media", "import.media_in_item")),
        (f'<p><object data="a.png">图</object></p>{choices("x", "y")}', ("media", "import.media_in_item")),
        (
            f'<p>题</p><qti-rubric-block><img src="{DATA}" alt="图"/></qti-rubric-block>{choices("x", "y")}',
            ("media", "import.picture_without_place"),
        ),
        ("", ("type", "import.unsupported_type")),
        (choices(*"abcdefghijk"), ("options", "import.too_many_options")),
        (choices("x", "y", prompt=""), ("stem", "Missing data for required field.")),
    ],
)
def test_what_is_asked_otherwise_is_rejected_by_itself_with_the_reason(body, fault):
    (row,) = files.read(item(body, declared("x"))).rows

    assert [(rejected.field, rejected.message) for rejected in row.rejected] == [fault]


def test_a_picture_in_the_explanation_is_not_passed_over():
    feedback = f'<qti-modal-feedback><img src="{DATA}" alt="图"/>解析</qti-modal-feedback>'
    (row,) = files.read(item(choices("x", "y"), declared("x"), feedback)).rows

    assert [(rejected.field, rejected.message) for rejected in row.rejected] == [
        ("media", "import.picture_without_place")
    ]


def package(**pictures):
    """A package of one item that shows pictures beside its stem and its second choice."""
    shown = '<qti-simple-choice identifier="y">乙<img src="../media/b%20c.png" alt="乙图"/></qti-simple-choice>'
    options = choices("x", "y").replace('<qti-simple-choice identifier="y">内容y</qti-simple-choice>', shown)
    body = f'<p>看图<img src="../media/a.png" alt="题图"/></p>{options}'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "imsmanifest.xml",
            '<manifest><resources><resource type="imsqti_item_xmlv3p0" href="items/q.xml"/></resources></manifest>',
        )
        archive.writestr("items/q.xml", item(body, declared("x")))
        for name, content in pictures.items():
            archive.writestr(f"media/{name.replace('_', ' ')}.png", content)
    return target.getvalue()


def test_pictures_of_a_package_are_taken_from_beside_the_item():
    (row,) = files.read(package(a=b"one", b_c=b"two")).rows

    assert row.rejected == []
    assert [(place, alt, row.pictures[id]) for place, id, alt in row.content.media] == [
        ("stem", "题图", b"one"),
        ("B", "乙图", b"two"),
    ]
    assert (row.content.stem, row.content.options[1]) == ("看图\n哪些 正确？", ("B", "乙"))


def test_a_picture_that_the_package_does_not_have_is_told():
    (row,) = files.read(package(a=b"one")).rows

    assert [(one.message, one.value) for one in row.rejected] == [("import.picture_not_in_file", "../media/b%20c.png")]
