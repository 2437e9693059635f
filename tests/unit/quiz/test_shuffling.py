"""Orders of questions and options: nothing is lost or gained, and no mark depends on them."""

from hypothesis import given
from hypothesis import strategies as st

from services.quiz.model.attempt import asked, marks_of
from services.quiz.model.shuffling import ORDERS, in_order, order_for, with_orders

BOTH = {"questions": True, "options": True}
KEYS = "ABCDE"


@st.composite
def forms(draw):
    questions = [
        {
            "id": f"q{place}",
            "type": draw(st.sampled_from(["single", "multiple"])),
            "stem": f"第{place}题",
            "score": 2.0,
            "scoring": "partial",
            "options": [{"key": key, "text": f"{place}{key}"} for key in KEYS],
            "fixed_options": draw(st.booleans()),
        }
        for place in range(draw(st.integers(1, 6)))
    ]
    for question in questions:
        chosen = sorted(draw(st.sets(st.sampled_from(KEYS), min_size=1)))
        question["answer"] = chosen if question["type"] == "multiple" else chosen[0]
    return {"_id": draw(st.text("abc", min_size=1, max_size=5)), "questions": questions}


def texts(question, keys):
    return {option["text"] for option in question["options"] if option["key"] in keys}


@given(forms(), st.integers(0, ORDERS - 1))
def test_every_order_shows_every_question_and_option_once_under_its_key(form, order):
    shown = in_order(with_orders(form, BOTH), order)

    assert sorted(question["id"] for question in shown) == [question["id"] for question in form["questions"]]
    by_id = {question["id"]: question for question in form["questions"]}
    for question in shown:
        assert sorted(option["key"] for option in question["options"]) == list(KEYS)
        assert all(texts(question, key) == texts(by_id[question["id"]], key) for key in KEYS)
        if question["fixed_options"]:
            assert question["options"] == by_id[question["id"]]["options"]
        assert question | {"options": 0} == by_id[question["id"]] | {"options": 0}


@given(forms(), st.integers(0, ORDERS - 1), st.data())
def test_who_chooses_the_same_texts_has_the_same_marks_in_every_order(form, order, data):
    with_them = with_orders(form, BOTH)
    answers = {}
    wanted = {
        q["id"]: data.draw(st.sets(st.sampled_from(q["options"]).map(lambda o: o["text"]))) for q in form["questions"]
    }
    for question in map(asked, in_order(with_them, order)):
        keys = sorted(option["key"] for option in question["options"] if option["text"] in wanted[question["id"]])
        answer = keys if question["type"] == "multiple" else (keys or [None])[0]
        answers[question["id"]] = {"answer": answer}
    plain = {
        question["id"]: {"answer": keys if question["type"] == "multiple" else (keys or [None])[0]}
        for question in form["questions"]
        for keys in [sorted(o["key"] for o in question["options"] if o["text"] in wanted[question["id"]])]
    }

    assert answers == plain
    assert marks_of(with_them["questions"], answers, {}) == marks_of(form["questions"], plain, {})


@given(forms())
def test_the_same_form_is_shuffled_the_same_and_another_is_not_bound_to_it(form):
    assert with_orders(form, BOTH) == with_orders(form, BOTH)
    assert with_orders(form, {"questions": False, "options": False}) == form


@given(forms(), st.integers(0, ORDERS - 1))
def test_what_the_exam_does_not_ask_to_shuffle_stays(form, order):
    kept = in_order(with_orders(form, {"questions": False, "options": True}), order)
    assert [question["id"] for question in kept] == [question["id"] for question in form["questions"]]
    kept = in_order(with_orders(form, {"questions": True, "options": False}), order)
    assert all([option["key"] for option in question["options"]] == list(KEYS) for question in kept)


def test_orders_differ_and_are_spread_over_persons_and_tries():
    options = [{"key": key, "text": key} for key in KEYS]
    questions = [{"id": f"q{n}", "type": "single", "options": options, "answer": "A"} for n in range(8)]
    form = with_orders({"_id": "exam.0", "questions": questions}, BOTH)

    assert len({tuple(order["questions"]) for order in form["orders"]}) == ORDERS
    assert len({order_for(f"person-{n}", 1) for n in range(200)}) == ORDERS
    assert len({order_for("person", n) for n in range(200)}) == ORDERS
