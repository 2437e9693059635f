"""Exams, for those who hold them and for those who sit them."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("exams", description="考试 Exams")


@blp.route("/exams")
@blp.calls(quiz.list_exams)
def list_exams(request, call, rpc):
    """考试列表 List exams"""
    return rpc(request)


@blp.route("/exams", methods=["POST"])
@blp.calls(quiz.create_exam, status=201, etag="version", location=True)
def create_exam(request, call, rpc):
    """安排考试 Hold an exam on a paper"""
    return rpc(request)


@blp.route("/exams/<exam_id>")
@blp.calls(quiz.get_exam, etag="version")
def get_exam(request, call, rpc, exam_id):
    """考试详情 Read an exam"""
    return rpc(request)


@blp.route("/exams/<exam_id>", methods=["PATCH"])
@blp.calls(quiz.update_exam, etag="version")
def update_exam(request, call, rpc, exam_id):
    """修改考试 Change an exam, as far as it still may be changed"""
    return rpc(request)


@blp.route("/exams/<exam_id>/cancellation", methods=["POST"])
@blp.calls(quiz.cancel_exam, etag="version")
def cancel_exam(request, call, rpc, exam_id):
    """取消考试 Call an exam off

    Nobody starts it any more. What runs is handed in, marked and not counted; what was counted before stays.
    """
    return rpc(request)


@blp.route("/exams/<exam_id>/overrides")
@blp.calls(quiz.list_overrides)
def list_overrides(request, call, rpc, exam_id):
    """个别安排一览 Who is granted what in an exam, by whom and why"""
    return rpc(request)


@blp.route("/exams/<exam_id>/overrides/<person_id>", methods=["PUT"])
@blp.calls(quiz.put_override)
def put_override(request, call, rpc, exam_id, person_id):
    """个别安排（免考、延时、改期、加考） Grant a person exemption, more time, another window or further attempts"""
    return rpc(request)


@blp.route("/me/exams")
@blp.calls(quiz.my_exams)
def my_exams(request, call, rpc):
    """我的考试 What I can sit now, later, and have sat"""
    return rpc(request)


@blp.route("/exams/<exam_id>/attempts", methods=["POST"])
@blp.calls(quiz.start_attempt, status=201)
def start_attempt(request, call, rpc, exam_id):
    """开始或继续答题 Begin an attempt, or go on with the running one"""
    return rpc(request)
