"""Practice: the daily set and the wrong-question book."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("practice", description="每日练习与错题本 Daily practice and wrong-question book")


@blp.route("/me/practice/today")
@blp.calls(quiz.get_practice)
def get_practice(request, call, rpc):
    """今日练习 Today's set: the same all day on every device"""
    return rpc(request)


@blp.route("/me/practice/today/answers/<question_id>", methods=["PUT"])
@blp.calls(quiz.answer_practice)
def answer_practice(request, call, rpc, question_id):
    """作答并立即反馈 Answer a question of the set

    Answered only when it is durable, with what is right. The first answer of the day stands.
    """
    return rpc(request)


@blp.route("/me/wrong-questions")
@blp.calls(quiz.list_wrong_questions)
def list_wrong_questions(request, call, rpc):
    """我的错题本 The caller's wrong-question book"""
    return rpc(request)


@blp.route("/me/wrong-questions/<question_id>", methods=["DELETE"])
@blp.calls(quiz.remove_wrong_question, status=204)
def remove_wrong_question(request, call, rpc, question_id):
    """我已掌握 “I know it”: take a question out of the book"""
    return rpc(request)
