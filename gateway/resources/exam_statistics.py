"""What an exam's attempts tell of its questions, and of themselves."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("exam_statistics", description="考试分析 Statistics of exams")


@blp.route("/exams/<exam_id>/statistics")
@blp.calls(quiz.exam_statistics)
def exam_statistics(request, call, rpc, exam_id):
    """考试统计 Facility, discrimination, reliability, distractors, and alarms about keys"""
    return rpc(request)


@blp.route("/exams/<exam_id>/hints")
@blp.calls(quiz.exam_hints)
def exam_hints(request, call, rpc, exam_id):
    """答题异常提示 Hints for a person to judge

    Who looks is recorded. Nothing follows of a hint by itself.
    """
    return rpc(request)


@blp.route("/exams/<exam_id>/hints/<hint_id>/judgements", methods=["POST"])
@blp.calls(quiz.judge_hint, status=201)
def judge_hint(request, call, rpc, exam_id, hint_id):
    """判断提示 What I make of a hint"""
    return rpc(request)
