"""The orders in which a form's questions and options are shown: made with the exam, so that a start shuffles nothing.

Only what is shown is in another order. The form, and the keys by which answers name options, stay as they are: so
marks, regrades, statistics and receipts know nothing of orders (docs/decisions/0031).
"""

import hashlib
from typing import Any

from services.quiz.model.question import MULTIPLE, SINGLE

# So many orders of each form are prepared; neighbours seldom have the same.
ORDERS = 16

Form = dict[str, Any]


def with_orders(form: Form, shuffle: dict[str, bool]) -> Form:
    """The form with the orders that the exam asks for: each has the places of ``questions``, and the places of the
    options by question id; without any when nothing is shuffled. The same for the same form.
    """
    if not any(shuffle.values()):
        return form
    return form | {"orders": [_order(form, shuffle, number) for number in range(ORDERS)]}


def in_order(form: Form, order: int | None) -> list[dict[str, Any]]:
    """The form's questions as an attempt with this order is shown them; None is the order of the form."""
    questions: list[dict[str, Any]] = form["questions"]
    if order is None or not form.get("orders"):
        return questions
    places = form["orders"][order % len(form["orders"])]
    return [_with_options(questions[place], places["options"]) for place in places["questions"]]


def order_for(person_id: str, number: int) -> int:
    """Which of the orders a person's ``number``-th attempt has; independent of the variant of the paper."""
    return int.from_bytes(hashlib.sha256(f"order:{person_id}:{number}".encode()).digest()[:4]) % ORDERS


def _order(form: Form, shuffle: dict[str, bool], number: int) -> dict[str, Any]:
    questions = form["questions"]
    places = list(range(len(questions)))
    seed = f"{form['_id']}:{number}"
    options = {
        question["id"]: _shuffled(list(range(len(question["options"]))), f"{seed}:{question['id']}")
        for question in questions
        if shuffle["options"] and question["type"] in (SINGLE, MULTIPLE) and not question.get("fixed_options")
    }
    return {"questions": _shuffled(places, seed) if shuffle["questions"] else places, "options": options}


def _with_options(question: dict[str, Any], orders: dict[str, list[int]]) -> dict[str, Any]:
    places = orders.get(question["id"])
    return question if places is None else question | {"options": [question["options"][place] for place in places]}


def _shuffled(places: list[int], seed: str) -> list[int]:
    return sorted(places, key=lambda place: hashlib.sha256(f"{seed}:{place}".encode()).digest())
