"""Attempts: answers, submission, the look back, and marks given by hand."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("attempts", description="答卷 Attempts")


@blp.route("/attempts/<attempt_id>")
@blp.calls(quiz.get_attempt)
def get_attempt(request, call, rpc, attempt_id):
    """查看答卷 State of an attempt, with score and review when allowed"""
    return rpc(request)


@blp.route("/attempts/<attempt_id>/answers/<question_id>", methods=["PUT"])
@blp.calls(quiz.save_answer)
def save_answer(request, call, rpc, attempt_id, question_id):
    """保存答案 Store an answer

    Answered only when it is durable; ``sequence`` in the answer tells which save stands. ``null`` clears.
    """
    return rpc(request)


@blp.route("/attempts/<attempt_id>/answers/<question_id>/feedback", methods=["POST"])
@blp.calls(quiz.tell_answer)
def tell_answer(request, call, rpc, attempt_id, question_id):
    """练习模式：对答案 In a practice: whether the stored answer is right, with key and explanation

    From then on the answer stands.
    """
    return rpc(request)


@blp.route("/attempts/<attempt_id>/submission", methods=["POST"])
@blp.calls(quiz.submit_attempt)
def submit_attempt(request, call, rpc, attempt_id):
    """交卷 Hand in what is stored"""
    return rpc(request)


@blp.route("/attempts/<attempt_id>/marks/<question_id>", methods=["PUT"])
@blp.calls(quiz.mark_answer)
def mark_answer(request, call, rpc, attempt_id, question_id):
    """人工评分 Mark an essay"""
    return rpc(request)
