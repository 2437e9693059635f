"""Pictures that no question took are deleted after a week; those that any question has, or ever had, stay."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image

from chassis import clock
from chassis.refusals import Invalid
from contracts.quiz import operations
from services.quiz.handlers import imports, media, questions
from tests.integration.quiz.building import NOW, TRAINER, a_member, a_paper, a_question, an_exam, an_import, begin, by
from tests.support.driven_clock import DrivenClock
from tests.support.waiting import eventually

WEEK = media.UNUSED_KEPT
LATER = NOW + WEEK + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def no_pictures(store):
    """Those of other tests would be counted, and their questions have the same ones."""
    for name in ("media", "questions", "question_revisions"):
        store.db[name].delete_many({})


def add(store, color, now=NOW):
    target = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(target, "PNG")
    request = operations.add_media.load({"content": base64.b64encode(target.getvalue()).decode("ascii")})
    return media.add(store, request, by(TRAINER, now))["id"]


def showing(id):
    return {"media": [{"place": "stem", "id": id, "alt": "图"}]}


def there(store):
    return {found["_id"] for found in store.db["media"].find({}, {"_id": 1})}


def test_a_picture_that_no_question_took_goes_after_a_week_and_not_before(store):
    unused = add(store, "red")

    assert media.forget_unused(store, NOW + WEEK) == 0
    assert there(store) == {unused}
    assert media.forget_unused(store, LATER) == 1
    assert there(store) == set()


def test_what_a_question_has_or_had_stays_for_ever(store):
    had, has, unused = (add(store, color) for color in ("red", "green", "blue"))
    id = questions.create(store, a_question(**showing(had)), by(TRAINER))["id"]
    questions.update(store, {"question_id": id, "expected_version": None} | showing(has), by(TRAINER))

    assert media.forget_unused(store, LATER) == 1
    assert unused not in there(store)
    questions.update(store, {"question_id": id, "expected_version": None, "media": []}, by(TRAINER))
    assert media.forget_unused(store, LATER + 2 * WEEK) == 0
    assert there(store) == {had, has}
    page = questions.list_revisions(store, {"question_id": id, "limit": 5, "cursor": None})
    for revision in page["items"]:
        for shown in revision["media"]:
            assert media.get(store, {"media_id": shown["id"]})["media_type"] == "image/png"


def test_an_attempt_shows_its_picture_after_the_question_has_another(store):
    first, second = add(store, "red"), add(store, "green")
    paper = a_paper(store, [showing(first)])
    exam, person = an_exam(store, paper, pass_score=1), a_member()
    attempt = begin(store, exam, person)
    change = {"question_id": paper["question_ids"][0], "expected_version": None}
    questions.update(store, change | showing(second), by(TRAINER))

    media.forget_unused(store, LATER)

    request = {"attempt_id": attempt["id"], "media_id": first}
    assert media.get_in_attempt(store, request, by(person))["media_type"] == "image/png"


def test_a_picture_that_is_added_again_or_given_to_a_question_waits_another_week(store):
    again, given = add(store, "red"), add(store, "green")
    add(store, "red", NOW + WEEK)
    store.media.touch([given], NOW + WEEK)

    assert media.forget_unused(store, LATER) == 0
    assert there(store) == {again, given}
    assert media.forget_unused(store, LATER + WEEK) == 2


@pytest.mark.parametrize("by_what", ["an edit", "an import"])
def test_a_picture_that_is_given_to_a_question_while_others_are_deleted_stays(store, monkeypatch, by_what):
    """Between the look for questions that have it and its deletion."""
    id = add(store, "red")
    question = questions.create(store, a_question(), by(TRAINER))["id"]
    look = store.revisions.have_picture

    def give_it_meanwhile(asked):
        found = look(asked)
        if by_what == "an edit":
            change = {"question_id": question, "expected_version": None}
            questions.update(store, change | showing(id), by(TRAINER, LATER))
        else:
            content = store.media.get(id)["content"]
            an_import(
                store,
                f"""<quiz><question type="truefalse"><questiontext format="html"><text>
&lt;p&gt;图题{by_what}&lt;img src="data:image/png;base64,{base64.b64encode(content).decode()}" alt="图"&gt;</text>
</questiontext><answer fraction="100"><text>true</text></answer></question></quiz>""",
            )
            imports.work_off(store, LATER)
        return found

    monkeypatch.setattr(store.revisions, "have_picture", give_it_meanwhile)
    assert media.forget_unused(store, LATER) == 0
    assert there(store) == {id}


def test_a_question_cannot_be_given_a_picture_that_is_gone(store):
    id = add(store, "red")
    media.forget_unused(store, LATER)

    with pytest.raises(Invalid):
        questions.create(store, a_question(**showing(id)), by(TRAINER, LATER))
    assert add(store, "red", LATER) == id
    questions.create(store, a_question(**showing(id)), by(TRAINER, LATER))


def test_more_pictures_than_one_look_finds_are_all_looked_at(store, monkeypatch):
    monkeypatch.setattr(media, "_AT_ONCE", 2)
    for shade in range(5):
        used = add(store, (shade, 0, 0))
        if shade < 3:
            questions.create(store, a_question(**showing(used)), by(TRAINER))

    assert media.forget_unused(store, LATER) == 2
    assert len(there(store)) == 3
    assert store.db["media"].count_documents({"unchecked_since": {"$exists": True}}) == 0


def test_the_service_forgets_them_by_itself(store, service_process, tmp_path):
    now, driven = clock.now(), DrivenClock(tmp_path / "clock")
    used, unused = add(store, "red", now), add(store, "green", now)
    questions.create(store, a_question(**showing(used)), by(TRAINER, now))
    service_process("services.quiz.service:QuizService", driven.environment)

    driven.be_ahead(WEEK + timedelta(hours=2))

    eventually(lambda: unused not in there(store))
    assert there(store) == {used}
