"""Pictures of questions on a real database: cleaned, kept by version, and shown only while the question is."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image

from chassis.refusals import Invalid, NotFound
from contracts.quiz import operations
from services.quiz.handlers import media, practice, questions
from tests.integration.quiz.building import (
    CLOSES,
    MINUTE,
    NOW,
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    begin,
    by,
    grade,
    look,
    submit,
)
from tests.integration.quiz.practising import AFTER, FULL, a_bank, todays


def a_file(color="red", size=(20, 10), format="JPEG", **fields):
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, format, **fields)
    return target.getvalue()


def add(store, content):
    request = operations.add_media.load({"content": base64.b64encode(content).decode("ascii")})
    return media.add(store, request, by(TRAINER))


def bytes_of(found):
    return base64.b64decode(operations.get_media.dump(found)["content"])


def with_picture(id, alt="一枚国徽", place="stem"):
    return {"media": [{"place": place, "id": id, "alt": alt}]}


def see(store, attempt, person, id, now=NOW):
    request = {"attempt_id": attempt["id"], "media_id": id}
    return bytes_of(media.get_in_attempt(store, request, by(person, now)))


@pytest.fixture
def pictures(store):
    """Three different ones."""
    return [add(store, a_file(color))["id"] for color in ("red", "green", "blue")]


def test_where_and_when_a_picture_was_taken_is_not_kept(store):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of somebody", 6
    exif.get_ifd(0x8825)[1] = "N"
    kept = add(store, a_file(exif=exif.tobytes(), comment=b"in the yard"))

    found = bytes_of(media.get(store, {"media_id": kept["id"]}))
    assert b"Camera" not in found
    assert b"yard" not in found
    with Image.open(io.BytesIO(found)) as seen:
        assert not seen.getexif()
        # It lay on its side; upright it is higher than wide.
        assert (seen.size, seen.format) == ((10, 20), "JPEG")


def test_the_same_picture_is_kept_once(store):
    first, again = (add(store, a_file("yellow")) for _ in range(2))

    assert first["id"] == again["id"]
    assert store.db["media"].count_documents({"_id": first["id"]}) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "media.not_a_picture"),
        (a_file(format="GIF"), "media.not_a_picture"),
        (a_file(size=(200, 200))[:300], "media.not_a_picture"),
        (b"", "media.not_a_picture"),
        (a_file(size=(4001, 4000), format="PNG"), "media.too_many_pixels"),
        (a_file() + bytes(2 * 1024 * 1024), "media.too_large"),
    ],
    ids=["svg", "gif", "cut", "empty", "bomb", "large"],
)
def test_what_is_no_picture_of_ours_is_refused_by_its_content(store, content, code):
    encoded = base64.b64encode(content).decode("ascii")

    with pytest.raises(Invalid) as refused:
        media.add(store, {"content": encoded}, by(TRAINER))
    assert [error["message"] for error in refused.value.errors] == [code]


def test_a_picture_is_told_in_words_and_must_be_there(store, pictures):
    question = questions.create(store, a_question(**with_picture(pictures[0])), by(TRAINER))

    assert operations.get_question.dump(question)["media"] == with_picture(pictures[0])["media"]
    with pytest.raises(Invalid):
        questions.create(store, a_question(**with_picture("unknown")), by(TRAINER))
    with pytest.raises(Exception, match="alt"):
        a_question(media=[{"place": "stem", "id": pictures[0], "alt": " "}])


def test_former_revisions_keep_their_pictures(store, pictures):
    id = questions.create(store, a_question(**with_picture(pictures[0])), by(TRAINER))["id"]
    change = {"question_id": id, "expected_version": None}
    questions.update(store, change | with_picture(pictures[1], place="B"), by(TRAINER))

    page = questions.list_revisions(store, {"question_id": id, "limit": 5, "cursor": None})
    assert [one["media"] for one in page["items"]] == [with_picture(pictures[0])["media"]]
    assert bytes_of(media.get(store, {"media_id": pictures[0]}))


def test_a_person_sees_the_pictures_of_the_own_attempt_while_it_shows_its_questions(store, pictures):
    exam = an_exam(store, a_paper(store, [with_picture(pictures[0])]), pass_score=1)
    person = a_member()
    attempt = begin(store, exam, person)

    assert attempt["questions"][0]["media"] == with_picture(pictures[0])["media"]
    assert see(store, attempt, person, pictures[0])
    for other, id, now in (
        (a_member(), pictures[0], NOW),
        (TRAINER, pictures[0], NOW),
        (person, pictures[1], NOW),
        (person, pictures[0], NOW + 31 * MINUTE),
    ):
        with pytest.raises(NotFound):
            see(store, attempt, other, id, now)
    submit(store, attempt, person)
    with pytest.raises(NotFound):
        see(store, attempt, person, pictures[0])
    grade(store, attempt)
    with pytest.raises(NotFound):
        see(store, attempt, person, pictures[0])
    assert look(store, attempt, person)["questions"] == []
    after = CLOSES + timedelta(minutes=1)
    assert see(store, attempt, person, pictures[0], after)


def test_a_picture_is_seen_in_practice_by_whom_the_question_is_put_to(store, pictures):
    ids = a_bank(store, 5, media=with_picture(pictures[2])["media"])
    person = a_member()
    shown = [item["question"] for item in todays(store, person, settings=FULL)["questions"]]
    (asked, *_) = [question for question in shown if question["id"] in ids]

    def practised(by_whom, question_id, id):
        request = {"question_id": question_id, "media_id": id}
        return bytes_of(practice.picture(store, request, by(by_whom, AFTER)))

    assert asked["media"] == with_picture(pictures[2])["media"]
    assert practised(person, asked["id"], pictures[2])
    for whom, question_id, id in ((a_member(), asked["id"], pictures[2]), (person, asked["id"], pictures[0])):
        with pytest.raises(NotFound):
            practised(whom, question_id, id)


def test_an_attempt_keeps_the_picture_that_it_was_asked_with(store, pictures):
    paper = a_paper(store, [with_picture(pictures[0])])
    exam, person = an_exam(store, paper, pass_score=1), a_member()
    attempt = begin(store, exam, person)
    change = {"question_id": paper["question_ids"][0], "expected_version": None}
    questions.update(store, change | with_picture(pictures[1]), by(TRAINER))

    assert see(store, begin(store, exam, person), person, pictures[0])
    with pytest.raises(NotFound):
        see(store, attempt, person, pictures[1])
