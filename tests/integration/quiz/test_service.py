"""The quiz service as a process of its own: asked over the broker, killed at the worst moments, heard by its events."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis import clock
from chassis.rpc_client import Busy, DeadlineExceeded, Refused, RpcClient, Unavailable
from contracts.call import Actor, Call
from contracts.quiz import operations
from contracts.quiz.events import AttemptGradedV1
from tests.integration.quiz.building import TRAINER, a_member
from tests.support.waiting import eventually

SERVICE = "services.quiz.service:QuizService"
QUESTIONS = 12


class Quiz:
    """The service over RPC, as the gateway calls it."""

    def __init__(self, client, process):
        self._client = client
        self.process = process

    def do(self, operation, actor=TRAINER, **request):
        return self._ask(operation, actor, request, timedelta(seconds=60))

    def persistently(self, operation, actor, **request):
        """As a phone does it: again, until there is an answer."""
        answers = []

        def asked():
            try:
                answers.append(self._ask(operation, actor, request, timedelta(seconds=10)))
            except (Unavailable, DeadlineExceeded, Busy):
                return False
            except Refused as refused:
                if refused.name != "Interrupted":
                    raise
                return False
            return True

        eventually(asked)
        return answers[-1]

    def _ask(self, operation, actor, request, patience):
        now = clock.now()
        return self._client.call(operation, request, Call(now=now, deadline=now + patience, actor=actor))


@pytest.fixture(scope="module")
def graded():
    """The attempts whose grading was heard of, as often as it was."""
    return []


@pytest.fixture(scope="module")
def quiz(module_service_process, amqp_uri, graded):
    process = module_service_process(SERVICE)
    client = RpcClient(amqp_uri, "test")
    client.subscribe(AttemptGradedV1, lambda event: graded.append(event.data))
    client.start()
    eventually(lambda: client.connected)
    yield Quiz(client, process)
    client.stop()


@pytest.fixture(scope="module")
def noise():
    """Nothing else is asked of this service's own database than what these tests ask."""


@pytest.fixture(scope="module")
def bank(quiz):
    """Questions from a file, imported by the service itself."""
    rows = "".join(f"单选题,进程{number}题,甲,乙,丙,B,1\n" for number in range(QUESTIONS))
    content = base64.b64encode(f"题型,题干,选项A,选项B,选项C,答案,分值\n{rows}".encode()).decode()
    import_id = quiz.do(operations.import_questions, content=content)["id"]
    done = lambda: quiz.do(operations.get_import, import_id=import_id)["state"] == "done"  # noqa: E731
    eventually(done)
    return [item["id"] for item in quiz.do(operations.list_questions)["items"]]


def an_exam(quiz, bank):
    now = clock.now()
    paper = quiz.do(operations.create_paper, title="进程", kind="fixed", question_ids=bank)
    times = {"opens_at": now - timedelta(minutes=1), "closes_at": now + timedelta(hours=1), "time_limit_minutes": 30}
    return quiz.do(operations.create_exam, title="进程", paper_id=paper["id"], pass_score=6, **times)


def heard(graded, attempt):
    return [data for data in graded if data["attempt_id"] == attempt["id"]]


def test_an_attempt_is_graded_by_the_service_itself_and_told_once(quiz, bank, graded):
    person = a_member()
    attempt = quiz.do(operations.start_attempt, person, exam_id=an_exam(quiz, bank)["id"])
    for asked in attempt["questions"][:7]:
        saved = {"question_id": asked["id"], "answer": "B", "sequence": 1}
        quiz.do(operations.save_answer, person, attempt_id=attempt["id"], **saved)
    quiz.do(operations.submit_attempt, person, attempt_id=attempt["id"])

    eventually(lambda: heard(graded, attempt))

    (event,) = heard(graded, attempt)
    assert (event["score"], event["passed"], event["person_id"]) == (7.0, True, person.id)


def test_who_vanishes_is_handed_in_by_the_service_itself(quiz, bank, graded, store):
    attempt = quiz.do(operations.start_attempt, a_member(), exam_id=an_exam(quiz, bank)["id"])
    over = clock.now() - timedelta(minutes=1)
    store.db.attempts.update_one({"_id": attempt["id"]}, {"$set": {"due_at": over, "locks_at": over}})

    eventually(lambda: heard(graded, attempt))


def test_no_acknowledged_save_is_missing_from_the_graded_attempt_though_the_service_is_killed(quiz, bank, graded):
    exam = an_exam(quiz, bank)
    people = [a_member("killed") for _ in range(6)]

    def sits(person):
        attempt = quiz.persistently(operations.start_attempt, person, exam_id=exam["id"])
        acknowledged = {}
        for sequence, asked in enumerate(attempt["questions"] * 2, start=1):
            given = "AB"[sequence % 2]
            request = {"attempt_id": attempt["id"], "question_id": asked["id"], "answer": given}
            told = quiz.persistently(operations.save_answer, person, **request, sequence=sequence)
            assert told["sequence"] == sequence
            acknowledged[asked["id"]] = (given, sequence)
        receipt = quiz.persistently(operations.submit_attempt, person, attempt_id=attempt["id"])
        assert receipt["answers_stored"] == QUESTIONS
        return attempt, acknowledged

    with ThreadPoolExecutor(len(people)) as candidates:
        sittings = [candidates.submit(sits, person) for person in people]
        for _ in range(2):
            quiz.process.kill()
            quiz.process.start()
            quiz.process.wait_ready()
        sat = [sitting.result(120) for sitting in sittings]

    for person, (attempt, acknowledged) in zip(people, sat, strict=True):
        eventually(lambda attempt=attempt: heard(graded, attempt))
        seen = quiz.do(operations.get_attempt, person, attempt_id=attempt["id"])
        stored = {answer["question_id"]: (answer["answer"], answer["sequence"]) for answer in seen["answers"]}
        assert stored == acknowledged
        assert {event["score"] for event in heard(graded, attempt)} == {
            float(sum(answer == "B" for answer, _ in acknowledged.values()))
        }


def test_any_device_goes_on_where_the_attempt_stands_though_the_service_was_killed(quiz, bank):
    """Two devices of one person save in turn; after its death either sees what both were told is stored."""
    person = a_member("devices")
    exam = an_exam(quiz, bank)
    attempt = quiz.persistently(operations.start_attempt, person, exam_id=exam["id"])
    acknowledged = {}

    def saves(sequence):
        place = sequence % 5
        request = {
            "question_id": attempt["questions"][place]["id"],
            "answer": "ABC"[sequence % 3],
            "sequence": sequence,
        }
        told = quiz.persistently(operations.save_answer, person, attempt_id=attempt["id"], **request)
        assert told["sequence"] >= sequence
        return request["question_id"], (told["sequence"], request["answer"] if told["sequence"] == sequence else None)

    with ThreadPoolExecutor(2) as devices:
        saving = [devices.submit(saves, sequence) for sequence in range(1, 25)]
        quiz.process.kill()
        quiz.process.start()
        quiz.process.wait_ready()
        for saved in saving:
            question_id, (sequence, answer) = saved.result(120)
            known = acknowledged.get(question_id, (0, None))
            acknowledged[question_id] = max(known, (sequence, answer), key=lambda told: (told[0], told[1] is not None))

    resumed = quiz.persistently(operations.start_attempt, person, exam_id=exam["id"])
    assert resumed["id"] == attempt["id"]
    seen = {answer["question_id"]: (answer["sequence"], answer["answer"]) for answer in resumed["answers"]}
    assert seen == acknowledged


def test_a_regrade_goes_on_though_the_service_is_killed(quiz, bank, graded):
    exam = an_exam(quiz, bank)
    people = [a_member("regraded") for _ in range(8)]
    for person in people:
        attempt = quiz.persistently(operations.start_attempt, person, exam_id=exam["id"])
        first = attempt["questions"][0]["id"]
        save = {"attempt_id": attempt["id"], "question_id": first, "answer": "C", "sequence": 1}
        quiz.persistently(operations.save_answer, person, **save)
        quiz.persistently(operations.submit_attempt, person, attempt_id=attempt["id"])
    of_exam = lambda: [data for data in graded if data["exam_id"] == exam["id"]]  # noqa: E731
    eventually(lambda: len(of_exam()) == len(people))
    change = {"question_id": first, "kind": "key", "answer": "C"}
    regrade = quiz.do(operations.propose_regrade, exam_id=exam["id"], changes=[change], reason="进程")

    quiz.do(operations.apply_regrade, regrade_id=regrade["id"])
    quiz.process.kill()
    quiz.process.start()
    quiz.process.wait_ready()

    done = lambda: quiz.do(operations.get_regrade, regrade_id=regrade["id"])  # noqa: E731
    eventually(lambda: done()["state"] == "applied")
    assert done()["attempts_changed"] == len(people)
    told = lambda: {data["person_id"] for data in of_exam() if data["regrade_id"] == regrade["id"]}  # noqa: E731
    eventually(lambda: told() == {person.id for person in people})
    assert all(data["score"] == 1.0 for data in of_exam() if data["regrade_id"])


def test_the_service_checks_roles_itself(quiz, bank):
    for actor, name in ((None, "NotSignedIn"), (a_member(), "Forbidden")):
        with pytest.raises(Refused) as refused:
            quiz.do(operations.get_question, actor, question_id=bank[0])
        assert refused.value.name == name


def test_people_without_a_unit_or_a_line_sit_exams_for_everyone(quiz, bank):
    nobody = Actor("nobody", "某", frozenset())

    page = quiz.do(operations.my_exams, nobody)

    assert {item["state"] for item in page["items"]} <= {"open", "missed", "upcoming"}
    assert quiz.do(operations.start_attempt, nobody, exam_id=an_exam(quiz, bank)["id"])["number"] == 1
