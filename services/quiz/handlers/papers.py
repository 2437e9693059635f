"""Papers: put together from given questions, or as a blueprint that is proved possible before it is kept."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from chassis.clock import BUREAU_ZONE
from chassis.ids import new_id
from chassis.refusals import NotFound
from contracts.call import Call
from contracts.quiz import operations
from services.quiz.model import paper as rules
from services.quiz.model.feasibility import account
from services.quiz.model.grading import total
from services.quiz.model.overlap import between_papers, between_variants
from services.quiz.model.question import category_code, in_force
from services.quiz.model.retirement import why_not_asked
from services.quiz.store import QuizStore

Document = dict[str, Any]


def list_page(store: QuizStore, request: Document) -> Document:
    """A page of papers, the newest first."""
    filter = {"kind": request["kind"]} if "kind" in request else {}
    page = store.bank.page_of_papers(filter, request["limit"], request["cursor"])
    return page | {"items": [_shown(paper) for paper in page["items"]]}


def get(store: QuizStore, request: Document) -> Document:
    """One paper."""
    return _shown(known(store, request["paper_id"]))


def create(store: QuizStore, request: Document, call: Call) -> Document:
    """A new paper. ``InvalidPaper`` names the unknown question, or the cell of the blueprint that stays
    short."""
    content = _fixed(store, request) if request["kind"] == rules.FIXED else _drawn(store, request, call.now)
    paper = {
        "_id": new_id(),
        "title": request["title"],
        "kind": request["kind"],
        **content,
        "created_by": call.actor.id if call.actor else None,
        "created_at": call.now,
    }

    def effect(session: Any) -> Document:
        store.bank.insert_paper(paper, session)
        return _shown(paper)

    return store.once(call, request, operations.create_paper, effect)


def feasibility(store: QuizStore, request: Document, call: Call) -> Document:
    """Whether the blueprint could be drawn from the bank of today, cell by cell; nothing is kept."""
    blueprint = _normal(request["blueprint"])
    found = account(blueprint, _pool(store, blueprint, call.now))
    return {"feasible": found.feasible, "cells": found.cells, "shortages": found.shortages}


def known(store: QuizStore, id: str) -> Document:
    """The paper; ``NotFound`` when there is none."""
    paper = store.bank.paper(id)
    if paper is None:
        raise NotFound("paper")
    return paper


def forms(
    store: QuizStore, paper: Document, exam_id: str, now: datetime, opens_at: datetime, *, leave_out: bool
) -> list[Document]:
    """The forms of a new exam on the paper, with the questions as they are now: one, or one for each variant.

    ``InvalidPaper`` when a cell can no longer be filled, or names each question of a fixed paper that is retired or
    whose law is not in force on the day of ``opens_at``; those are left out instead where that is chosen, but not all.
    """
    if paper["kind"] == rules.FIXED:
        questions = store.bank.questions(paper["question_ids"])
        chosen = _still_asked(paper, questions, opens_at.astimezone(BUREAU_ZONE).date(), leave_out=leave_out)
        return [{"_id": f"{exam_id}.0", **rules.form_of((questions[id], questions[id]["score"]) for id in chosen)}]
    draws = _draws(store, paper, now)
    questions = store.bank.questions({id for draw in draws for cell in draw for id in cell})
    return [
        {
            "_id": f"{exam_id}.{variant}",
            **rules.form_of(
                (questions[id], cell["score"]) for cell, ids in zip(paper["blueprint"], draw, strict=True) for id in ids
            ),
        }
        for variant, draw in enumerate(draws)
    ]


def overlap(store: QuizStore, request: Document, call: Call) -> Document:
    """Which questions the variants of a paper share, and share with those of another, if they were drawn today.

    ``NotFound`` for an unknown paper, ``InvalidPaper`` when a cell can no longer be filled.
    """
    paper = known(store, request["paper_id"])
    own = _variants(store, paper, call.now)
    other = known(store, request["other_id"]) if "other_id" in request else None
    return {
        "paper_id": paper["_id"],
        "question_count": paper["question_count"],
        "between_variants": between_variants(own),
        "with_other": between_papers(own, _variants(store, other, call.now)) if other else None,
    }


def _still_asked(paper: Document, questions: dict[str, Document], day: date, *, leave_out: bool) -> list[str]:
    reasons = {id: why_not_asked(questions.get(id), day) for id in paper["question_ids"]}
    chosen = [id for id, reason in reasons.items() if reason is None]
    errors: list[Document] = [
        {"field": "paper_id", "message": reason, "parts": {"place": place, "question_id": id}}
        for place, (id, reason) in enumerate(reasons.items(), start=1)
        if reason is not None
    ]
    if errors and not (leave_out and chosen):
        raise rules.InvalidPaper(errors)
    return chosen


def _variants(store: QuizStore, paper: Document, now: datetime) -> list[list[str]]:
    if paper["kind"] == rules.FIXED:
        return [paper["question_ids"]]
    return [[id for cell in draw for id in cell] for draw in _draws(store, paper, now)]


def _draws(store: QuizStore, paper: Document, now: datetime) -> list[list[list[str]]]:
    pool = _pool(store, paper["blueprint"], now)
    return [rules.draw(paper["blueprint"], pool, paper["seed"], variant) for variant in range(paper["variants"])]


def _fixed(store: QuizStore, request: Document) -> Document:
    ids = request["question_ids"]
    questions = store.bank.questions(ids)
    errors = [
        {"field": f"question_ids.{place}", "message": "paper.unknown_question"}
        for place, id in enumerate(ids)
        if questions.get(id, {}).get("state") != "active"
    ]
    errors += [
        {"field": f"question_ids.{place}", "message": "paper.question_twice"}
        for place, id in enumerate(ids)
        if id in ids[:place]
    ]
    if errors:
        raise rules.InvalidPaper(errors)
    return {
        "question_ids": ids,
        "question_count": len(ids),
        "max_score": total([questions[id]["score"] for id in ids]),
    }


def _drawn(store: QuizStore, request: Document, now: datetime) -> Document:
    blueprint = _normal(request["blueprint"])
    seed = secrets.randbelow(2**53) if request["seed"] is None else request["seed"]
    rules.draw(blueprint, _pool(store, blueprint, now), seed)
    return {
        "blueprint": blueprint,
        "seed": seed,
        "variants": request["variants"] or rules.DEFAULT_VARIANTS,
        "question_count": sum(cell["count"] for cell in blueprint),
        "max_score": rules.blueprint_score(blueprint),
    }


def _normal(blueprint: list[Document]) -> list[Document]:
    return [cell | ({"category": category_code(cell["category"])} if "category" in cell else {}) for cell in blueprint]


def _pool(store: QuizStore, blueprint: list[Document], now: datetime) -> list[rules.Item]:
    today = now.astimezone(BUREAU_ZONE).date()
    return [
        rules.Item(
            id=question["_id"],
            type=question["type"],
            category=question["category"],
            difficulty=question["difficulty"],
            lines=frozenset(question["lines"]),
        )
        for question in store.bank.drawable(blueprint)
        if in_force(question, today)
    ]


def _shown(paper: Document) -> Document:
    return {**paper, "id": paper["_id"]}
