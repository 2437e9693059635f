"""No answer key leaves by any route that somebody who sits exams may call, by any event of quiz, or by any log line.

The routes are those of the OpenAPI document of the running gateway, so a new one is walked by itself. One of quiz that
is never answered with success in the walk fails the test: then say below what it is asked.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import secrets
from datetime import UTC, datetime, timedelta
from types import FunctionType

import httpx
import orjson
import pytest
from kombu import Connection, Exchange, Queue

import gateway.resources
from gateway.endpoint import Endpoint
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

MEMBER = "member13"
# Pictures of questions that are shown: files without text, told apart from keys by what trainers draw in them.
PICTURES = {"media.get_attempt_media", "media.get_practice_media"}
NOBODYS = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def secret():
    """What is planted in keys and explanations, and nowhere else."""
    return f"钥匙{secrets.token_hex(6)}"


@pytest.fixture(scope="module")
def trainer(signed_in):
    return signed_in("trainer")


@pytest.fixture(scope="module")
def routes(system):
    """(method, path, operation id) of all that a member may call."""
    document = httpx.get(f"{system.address}/openapi.json", trust_env=False).json()
    return [
        (method, path.removeprefix("/api/v1"), operation.get("operationId", path))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
        and {"*", "member", "public"} & set(operation.get("x-roles", ["public"]))
        and path.startswith("/api/v1")
    ]


@pytest.fixture(scope="module")
def events(system):
    """All that quiz has told since the module began, as it travelled: `events()`."""
    heard = []
    with Connection(system.amqp_uri) as connection:
        queue = Queue(f"keys-{secrets.token_hex(4)}", Exchange("quiz.events", "topic", durable=True), "#", durable=True)
        bound = queue(connection.default_channel)
        bound.declare()

        def take():
            while (message := bound.get(no_ack=True)) is not None:
                heard.append(orjson.dumps(orjson.loads(message.body)).decode())
            return heard

        try:
            yield take
        finally:
            bound.delete()


def an_exam(trainer, secret, review):
    """Open, of three questions whose keys and explanations are planted."""
    made = [
        _created(trainer, "/questions", question | {"category": "law", "explanation": secret, "legal_basis": secret})
        for question in (
            {"type": "blank", "stem": f"题{secrets.token_hex(6)}____", "answer": [secret], "score": 2},
            {"type": "single", "stem": f"题{secrets.token_hex(6)}", "options": _options(), "answer": "B", "score": 2},
            {"type": "true_false", "stem": f"题{secrets.token_hex(6)}", "answer": True, "score": 2},
        )
    ]
    return _held(trainer, made, attempts_allowed=2, review=review)


class Walk:
    """Asks every route as the member, and keeps what was answered."""

    def __init__(self, member, routes, known):
        self._member, self._routes, self.known = member, routes, known
        self.answered, self.texts = set(), []

    def everything(self):
        """Every GET, with what is known in place of the path's parameters."""
        for method, path, name in self._routes:
            if method == "get":
                self.ask(method, path, name)

    def ask(self, method, path, name, **request):
        url = re.sub(r"{(\w+)}", lambda found: self.known.get(found[1], NOBODYS), path)
        answer = self._member.request(method.upper(), url, **request)
        assert answer.status_code < 500, (name, answer.text)
        if answer.status_code < 300:
            self.answered.add(name)
        self.texts.append((name, answer.text + str(answer.headers)))
        return answer

    def route(self, wanted):
        return next(route for route in self._routes if route[2] == wanted)

    def write(self, wanted, **request):
        """A route by its operation id."""
        answer = self.ask(*self.route(wanted), **request)
        assert answer.status_code < 300, (wanted, answer.text)
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def walk(signed_in, routes, trainer, secret, events):
    """The whole way of a taker, all routes asked before, while and after sitting, until the exam closes."""
    member = signed_in(MEMBER)
    for _ in range(12):
        stem = {"type": "single", "stem": f"练{secrets.token_hex(6)}", "options": _options(), "answer": "B", "score": 1}
        _created(trainer, "/questions", stem | {"category": "law"})
    exam = an_exam(trainer, secret, {})
    walk = Walk(member, routes, {"exam_id": exam["id"], "person_id": member.get("/me").json()["id"]})
    walk.everything()
    attempt = walk.write("exams.start_attempt", json={})
    walk.known["attempt_id"] = attempt["id"]
    for sequence, (question, answer) in enumerate(zip(attempt["questions"], ("甲", "A", False), strict=True), 1):
        walk.known["question_id"] = question["id"]
        walk.write("attempts.save_answer", json={"answer": answer, "sequence": sequence})
        assert walk.ask(*walk.route("attempts.tell_answer"), json={}).status_code == 409
    walk.everything()
    walk.write("attempts.submit_attempt", json={})
    eventually(lambda: member.get(f"/attempts/{attempt['id']}").json()["state"] == "graded")
    walk.everything()
    look_at_once(walk, trainer)
    practise(walk)
    walk.everything()
    return walk


def look_at_once(walk, trainer):
    """The feedback of a practice, whose question no exam asks."""
    question = {"type": "single", "stem": f"练{secrets.token_hex(6)}", "options": _options(), "answer": "B", "score": 1}
    exam = _held(trainer, [_created(trainer, "/questions", question | {"category": "law"})], mode="practice")
    planted = dict(walk.known)
    walk.known["exam_id"] = exam["id"]
    attempt = walk.write("exams.start_attempt", json={})
    walk.known |= {"attempt_id": attempt["id"], "question_id": attempt["questions"][0]["id"]}
    walk.write("attempts.save_answer", json={"answer": "A", "sequence": 1})
    assert walk.write("attempts.tell_answer", json={})["key"] == "B"
    walk.known |= planted


def practise(walk):
    """An answer to a question of the set, wrong on purpose, and out of the book again."""
    asked = walk.write("practice.get_practice")["questions"]
    chosen = next(one["question"] for one in asked if one["question"]["type"] == "single" and not one["feedback"])
    planted, walk.known["question_id"] = walk.known["question_id"], chosen["id"]
    walk.write("practice.answer_practice", json={"answer": None, "sequence": 1})
    walk.write("practice.remove_wrong_question")
    walk.known["question_id"] = planted


def test_no_route_that_a_taker_may_call_tells_a_key(walk, secret):
    assert [
        name for name, text in walk.texts if secret in text or secret.encode("unicode_escape").decode() in text
    ] == []


def test_every_route_of_quiz_that_a_taker_may_call_was_walked_with_success(walk, routes):
    of_quiz = {name for _, _, name in routes} & _routes_of("quiz") - PICTURES

    assert {"attempts.get_attempt", "practice.get_practice"} <= of_quiz
    assert sorted(of_quiz - walk.answered) == []


def test_no_event_of_quiz_tells_a_key(walk, events, secret):
    eventually(lambda: {"attempt_submitted", "attempt_graded", "practice_credited"} <= _kinds(events()))
    told = events()

    assert [text for text in told if secret in text] == []


def test_no_log_line_tells_a_key(walk, system, secret):
    logs = {part.name: part.log_file.read_text(errors="replace") for part in system.parts.values()}

    assert any(len(text) > 100 for text in logs.values())
    assert [name for name, text in logs.items() if secret in text or ascii(secret)[1:-1] in text] == []


def test_the_search_finds_a_key_where_it_may_be_seen(signed_in, routes, trainer, secret):
    at_once = dict.fromkeys(("score", "correctness", "key", "explanation"), "immediately")
    exam = an_exam(trainer, secret, at_once)
    walk = Walk(signed_in(MEMBER), routes, {"exam_id": exam["id"]})
    walk.known["attempt_id"] = walk.write("exams.start_attempt", json={})["id"]
    walk.write("attempts.submit_attempt", json={})
    eventually(lambda: signed_in(MEMBER).get(f"/attempts/{walk.known['attempt_id']}").json()["state"] == "graded")

    walk.everything()

    assert "attempts.get_attempt" in {name for name, text in walk.texts if secret in text}


def _kinds(told):
    return {orjson.loads(text)["type"].split(".")[1] for text in told}


def _routes_of(service):
    """The operation ids of the gateway's routes that ask this service."""
    found = set()
    for module in pkgutil.iter_modules(gateway.resources.__path__):
        resource = importlib.import_module(f"gateway.resources.{module.name}")
        for name, view in vars(resource).items():
            endpoint = vars(view).get("endpoint") if isinstance(view, FunctionType) else None
            if isinstance(endpoint, Endpoint) and endpoint.operation.service == service:
                found.add(f"{resource.blp.name}.{name}")
    return found


def _held(trainer, questions, **fields):
    """An exam that is open, of these questions."""
    paper = {"title": "卷", "kind": "fixed", "question_ids": [question["id"] for question in questions]}
    now = datetime.now(UTC)
    exam = {
        "title": f"钥题{secrets.token_hex(3)}",
        "paper_id": _created(trainer, "/papers", paper)["id"],
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
        "time_limit_minutes": 30,
        "pass_score": 1,
    }
    return _created(trainer, "/exams", exam | fields)


def _options():
    return [{"key": key, "text": f"项{key}"} for key in "ABCD"]


def _created(client, path, body):
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
