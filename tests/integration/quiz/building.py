"""Questions, papers, exams and sittings, as the handlers of the quiz service get them."""

from __future__ import annotations

import base64
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.call import Actor, Call
from contracts.event import Received
from contracts.quiz import operations
from contracts.quiz.events import AttemptSubmittedV1
from services.quiz.handlers import (
    attempts,
    exam_changes,
    exams,
    grading,
    imports,
    marking,
    papers,
    questions,
    regrades,
)

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
OPENS, CLOSES = NOW - timedelta(days=1), NOW + timedelta(days=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

TRAINER = Actor("trainer-person", "教育培训", frozenset({"trainer"}), "bureau", ("bureau",))
_numbers = itertools.count()


def a_member(name="member", **fields):
    """Somebody who sits exams; another person at each call."""
    unit = {"unit_id": "branch", "unit_path": ("bureau", "district", "branch"), "line": "lawyers"}
    return Actor(id=f"{name}-{next(_numbers)}", name="某", **({"roles": frozenset({"member"})} | unit | fields))


def by(actor, now=NOW, **changes):
    """A call by this person at this time."""
    return replace(Call(now=now, actor=actor), **changes)


def a_question(**fields):
    """A loaded request for a new question; its stem is not used twice."""
    question = {
        "type": "single",
        "stem": f"第{next(_numbers)}题",
        "options": [{"key": key, "text": f"选项{key}"} for key in "ABCD"],
        "answer": "B",
        "score": 2,
        "category": "law",
    }
    return operations.create_question.load(question | fields)


A_PAPER = (
    {"answer": "B", "explanation": "解析一", "legal_basis": "依据一"},
    {"type": "multiple", "answer": ["A", "C"], "score": 3, "scoring": "partial"},
    {"type": "true_false", "options": [], "answer": False, "score": 1},
    {"type": "blank", "options": [], "answer": ["1921", "一九二一"], "score": 4},
)
# Right, half right, wrong, right: 2 + 1.5 + 0 + 4.
SOME_ANSWERS = ("B", ["A"], True, "１９２１")
SOME_SCORE = 7.5


def a_paper(store, given=A_PAPER):
    """A fixed paper of new questions."""
    ids = [questions.create(store, a_question(**fields), by(TRAINER))["id"] for fields in given]
    request = operations.create_paper.load({"title": "试卷", "kind": "fixed", "question_ids": ids})
    return papers.create(store, request, by(TRAINER))


def an_exam(store, paper=None, **fields):
    """An exam that is open at NOW."""
    exam = {
        "title": "三月测试",
        "paper_id": (paper or a_paper(store))["id"],
        "opens_at": OPENS.isoformat(),
        "closes_at": CLOSES.isoformat(),
        "time_limit_minutes": 30,
        "attempts_allowed": 3,
        "grading": "highest",
        "pass_score": 6,
        "credits": 2,
    }
    return exams.create(store, operations.create_exam.load(exam | fields), by(TRAINER))


def change(store, exam, now=NOW, version=None, **fields):
    """The exam with these fields otherwise; times as they are."""
    request = operations.update_exam.load({"exam_id": exam["id"], "expected_version": version, **_told(fields)})
    return exam_changes.update(store, request, by(TRAINER, now))


def grant(store, exam, person, now=NOW, **fields):
    """What is granted to the person; times as they are."""
    request = {"exam_id": exam["id"], "person_id": person.id, "reason": "因病"} | _told(fields)
    return exam_changes.grant(store, operations.put_override.load(request), by(TRAINER, now))


def begin(store, exam, person, now=NOW, **changes):
    """The person's attempt at the exam."""
    return attempts.start(store, {"exam_id": exam["id"]}, by(person, now, **changes))


def save(store, attempt, person, place, answer, sequence=1, now=NOW):
    """Saves an answer to the question at this place of the paper."""
    request = {
        "attempt_id": attempt["id"],
        "question_id": attempt["questions"][place]["id"],
        "answer": answer,
        "sequence": sequence,
    }
    return attempts.save(store, request, by(person, now))


def submit(store, attempt, person, now=NOW):
    """Hands in."""
    return attempts.submit(store, {"attempt_id": attempt["id"]}, by(person, now))


def look(store, attempt, person, now=NOW):
    """What the person sees of the attempt, as it leaves the service."""
    found = attempts.get(store, {"attempt_id": attempt["id"]}, by(person, now))
    return operations.get_attempt.dump(found)


def grade(store, *handed_in):
    """Lets the service grade what was handed in, as the events would."""
    grading.grade(store, [submitted(store.attempts.get(attempt["id"])) for attempt in handed_in])


def sit(store, exam, person, answers=SOME_ANSWERS, now=NOW):
    """A whole sitting, graded."""
    attempt = begin(store, exam, person, now)
    for place, answer in enumerate(answers):
        save(store, attempt, person, place, answer, now=now)
    submit(store, attempt, person, now)
    grade(store, attempt)
    return attempt


def submitted(attempt):
    """The event of an attempt that was handed in, as the consumer gets it."""
    (sealed,) = [event for event in attempt["outbox"] if event["type"] == AttemptSubmittedV1.type()]
    return Received(
        id=sealed["id"],
        type=sealed["type"],
        subject=sealed["subject"],
        sequence=sealed["sequence"],
        time=NOW,
        data=AttemptSubmittedV1.schema().load(sealed["data"]),
    )


def mark_essay(store, attempt, place, now=NOW, **given):
    """Two markers give the essay at this place the same mark."""
    request = {"attempt_id": attempt["id"], "question_id": attempt["questions"][place]["id"], **given}
    for marker in ("first-marker", "second-marker"):
        call = by(replace(TRAINER, id=marker), now)
        marked = marking.mark_answer(store, operations.mark_answer.load(request), call)
    return marked


def regrade(store, exam, *changes, now=NOW, **fields):
    """A regrade proposed, applied and worked off; its id."""
    request = {"exam_id": exam["id"], "changes": list(changes), "reason": "答案有误", **fields}
    id = regrades.propose(store, operations.propose_regrade.load(request), by(TRAINER, now))["id"]
    regrades.apply(store, {"regrade_id": id}, by(TRAINER, now))
    regrades.work_off(store, now)
    return id


def standing_of(store, exam, person):
    """The stored standing, with its events."""
    return store.standings.get(f"{exam['id']}:{person.id}")


def an_import(store, content, **fields):
    """An import taken in but not begun; its id."""
    encoded = base64.b64encode(content.encode() if isinstance(content, str) else content).decode("ascii")
    request = operations.import_questions.load({"content": encoded, **fields})
    return imports.start(store, request, by(TRAINER))["id"]


def progress(store, import_id):
    """What the trainer sees of the import."""
    return operations.get_import.dump(imports.get(store, {"import_id": import_id}))


def run_import(store, content, **fields):
    """What the trainer sees of an import once it is worked off."""
    import_id = an_import(store, content, **fields)
    imports.work_off(store, NOW)
    return progress(store, import_id)


def counts(done):
    """What became of the rows of an import: all, created, updated, unchanged, rejected."""
    return tuple(done[name] for name in ("total", "created", "updated", "unchanged", "rejected_total"))


def _told(fields):
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
