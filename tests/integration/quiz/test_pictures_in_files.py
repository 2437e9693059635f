"""Pictures in files of questions on a real database: taken in, handed out again, and none lost without a word."""

import base64
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from chassis.ids import new_id
from contracts.quiz import operations
from services.quiz.files import Embedded, read
from services.quiz.handlers import media, question_exports, questions
from tests.integration.quiz.building import NOW, TRAINER, a_question, by, counts, run_import
from tests.unit.quiz.questions import PICTURES, contents

WITH_PICTURES = ("moodle_xml", "qti3")


@pytest.fixture(autouse=True)
def empty_bank(store):
    for name in ("questions", "question_revisions", "media"):
        store.db[name].delete_many({})


def a_file(color="red", size=(20, 10), format="JPEG", **fields):
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, format, **fields)
    return target.getvalue()


def a_photograph():
    """A JPEG that is another whenever it is drawn anew."""
    target = io.BytesIO()
    Image.frombytes("RGB", (64, 64), bytes(place * place * 7 % 256 for place in range(64 * 64 * 3))).save(
        target, "JPEG"
    )
    return target.getvalue()


def moodle(*shown, stem="图中是什么", answer="红船"):
    """A question of Moodle's that shows these pictures: (alt text, content)."""
    images = "".join(f'<img src="@@PLUGINFILE@@/{number}.jpg" alt="{alt}">' for number, (alt, _) in enumerate(shown))
    beside = "".join(
        f'<file name="{number}.jpg" path="/" encoding="base64">{base64.b64encode(content).decode()}</file>'
        for number, (_, content) in enumerate(shown)
    )
    return f"""<quiz><question type="multichoice"><questiontext format="html">
<text><![CDATA[<p>{stem}{images}</p>]]></text>{beside}</questiontext>
<answer fraction="100"><text>{answer}</text></answer><answer fraction="0"><text>画舫</text></answer>
</question></quiz>"""


def the_question(store):
    (found,) = store.db["questions"].find()
    return found


def exported(store, format):
    file = operations.export_questions.dump(
        question_exports.export(store, operations.export_questions.load({"format": format}))
    )
    return base64.b64decode(file["content"]), file


def test_a_picture_of_moodle_becomes_one_of_the_question_without_what_else_was_in_its_file(store):
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    done = run_import(store, moodle(("南湖红船", a_file(exif=exif.tobytes()))))

    assert (counts(done), done["rejected"]) == ((1, 1, 0, 0, 0), [])
    (shown,) = the_question(store)["media"]
    assert (shown["place"], shown["alt"]) == ("stem", "南湖红船")
    kept = base64.b64decode(media.get(store, {"media_id": shown["id"]})["content"])
    assert b"Camera" not in kept
    assert Image.open(io.BytesIO(kept)).size == (20, 10)


@pytest.mark.parametrize("format", WITH_PICTURES)
def test_what_is_exported_with_pictures_is_taken_in_unchanged_here_and_in_another_bank(store, format):
    run_import(store, moodle(("红船", a_photograph()), ("国徽", a_file("blue"))))
    before = the_question(store)
    content, file = exported(store, format)

    assert (file["left_out"], file["because"]) == (0, {})
    assert counts(run_import(store, content)) == (1, 0, 0, 1, 0)
    assert the_question(store) == before
    assert store.db["media"].count_documents({}) == 2

    empty = ("questions", "media")
    for name in empty:
        store.db[name].delete_many({})
    assert counts(run_import(store, content)) == (1, 1, 0, 0, 0)
    assert counts(run_import(store, content)) == (1, 0, 0, 1, 0)
    assert [one["alt"] for one in the_question(store)["media"]] == ["红船", "国徽"]
    assert store.media.known(one["id"] for one in the_question(store)["media"]) == {
        one["id"] for one in the_question(store)["media"]
    }


@pytest.mark.parametrize("format", WITH_PICTURES)
@given(written=st.lists(contents(), min_size=1, max_size=3, unique_by=lambda content: content.key))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_pictures_of_whatever_is_exported_are_in_the_file(store, format, written):
    store.db["questions"].delete_many({})
    for picture in PICTURES.values():
        store.media.add(picture.id, picture.content, {"media_type": picture.media_type}, NOW)
    store.db["questions"].insert_many([questions.new_document(new_id(), content, NOW) for content in written])

    content, file = exported(store, format)
    back = read(content, format=format).rows if file["left_out"] < len(written) else []

    shown = {id: PICTURES[id].content for row in back for _, id, _ in row.content.media}
    assert {id: content for row in back for id, content in row.pictures.items()} == shown


def test_a_file_that_shows_other_pictures_changes_them_and_one_that_shows_none_takes_none_away(store):
    run_import(store, moodle(("红船", a_file("red"))))
    first = the_question(store)["media"]

    assert counts(run_import(store, moodle(answer="南湖红船"))) == (1, 0, 1, 0, 0)
    assert the_question(store)["media"] == first
    assert counts(run_import(store, moodle(("国徽", a_file("blue"))))) == (1, 0, 1, 0, 0)
    assert [one["alt"] for one in the_question(store)["media"]] == ["国徽"]
    revisions = store.db["question_revisions"].find().sort("revision", -1)
    assert next(revisions)["media"] == first


def test_a_picture_that_is_none_or_says_nothing_rejects_its_question_with_the_reason(store):
    done = run_import(store, moodle(("红船", b"<svg/>"), ("国徽", a_file())))
    assert done["rejected"] == [{"row": 1, "field": "media", "message": "media.not_a_picture", "value": "红船"}]

    done = run_import(store, moodle((" ", a_file())))
    assert [(row["field"], row["message"]) for row in done["rejected"]] == [("media", "import.picture_without_alt")]
    assert store.db["questions"].count_documents({}) == 0


def test_a_dry_run_tells_of_pictures_what_the_import_would_and_keeps_none(store):
    content = moodle(("红船", a_file()))

    assert counts(run_import(store, content, dry_run="true")) == (1, 1, 0, 0, 0)
    assert store.db["media"].count_documents({}) == 0
    assert counts(run_import(store, moodle(("红船", b"no picture")), dry_run="true")) == (1, 0, 0, 0, 1)
    run_import(store, content)
    assert counts(run_import(store, content, dry_run="true")) == (1, 0, 0, 1, 0)


def test_what_an_export_leaves_out_is_counted_by_reason_and_named(store):
    run_import(store, moodle(("红船", a_file())))
    essay = a_question(type="essay", options=[], answer="范文", stem="论法治")
    questions.create(store, essay, by(TRAINER))
    questions.create(store, a_question(stem="普通题"), by(TRAINER))

    _, file = exported(store, "gift")
    request = operations.questions_left_out.load({"format": "gift"})
    account = operations.questions_left_out.dump(question_exports.left_out(store, request))

    assert (file["left_out"], file["because"]) == (2, {"pictures": 1, "model_answer": 1})
    assert (account["exported"], account["left_out"], account["because"]) == (1, 2, file["because"])
    assert {item["stem"]: item["reason"] for item in account["items"]} == {
        "图中是什么": "pictures",
        "论法治": "model_answer",
    }
    bank = {found["stem"]: found["_id"] for found in store.db["questions"].find()}
    assert all(bank[item["stem"]] == item["question_id"] for item in account["items"])


def test_pictures_that_find_no_room_in_a_file_are_told_and_smaller_ones_still_go(store, monkeypatch):
    for name, size in (("甲", 300), ("乙", 200), ("丙", 100)):
        picture = Embedded(bytes(size), "image/png")
        store.media.add(picture.id, picture.content, {"media_type": picture.media_type}, NOW)
        shown = [{"place": "stem", "id": picture.id, "alt": name}]
        questions.create(store, a_question(stem=name, media=shown), by(TRAINER))
    monkeypatch.setattr(question_exports, "PICTURES", 450)

    content, file = exported(store, "moodle_xml")

    assert (file["left_out"], file["because"]) == (1, {"no_room": 1})
    assert [row.content.stem for row in read(content).rows] == ["甲", "丙"]


def test_an_export_of_more_questions_than_a_file_takes_says_how_many_are_not_in_it(store, monkeypatch):
    for number in range(5):
        questions.create(store, a_question(stem=f"题{number}"), by(TRAINER))
    monkeypatch.setattr(question_exports, "EXPORTED", 3)

    content, file = exported(store, "csv")

    assert (file["left_out"], file["because"], len(read(content).rows)) == (2, {"beyond": 2}, 3)
