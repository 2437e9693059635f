"""Essays and their markers, who know neither whose an answer is nor each other's marks."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("marking", description="阅卷 Marking of essays")


@blp.route("/marking")
@blp.calls(quiz.list_markings)
def list_markings(request, call, rpc):
    """待阅答案 Answers that wait for my mark"""
    return rpc(request)


@blp.route("/marking/<marking_id>")
@blp.calls(quiz.get_marking)
def get_marking(request, call, rpc, marking_id):
    """查看待阅答案 Read an answer to be marked, and its marks once it is done"""
    return rpc(request)


@blp.route("/marking/<marking_id>", methods=["POST"])
@blp.calls(quiz.give_mark)
def give_mark(request, call, rpc, marking_id):
    """评分 Give my mark

    Two markers, blind; where they are far apart, a third.
    """
    return rpc(request)
