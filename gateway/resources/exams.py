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
@blp.calls(quiz.create_exam, status=201, location=True)
def create_exam(request, call, rpc):
    """安排考试 Hold an exam on a paper"""
    return rpc(request)


@blp.route("/exams/<exam_id>")
@blp.calls(quiz.get_exam)
def get_exam(request, call, rpc, exam_id):
    """考试详情 Read an exam"""
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
