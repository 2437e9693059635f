"""Regrades: proposed with a preview, applied once."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("regrades", description="更正评分 Regrades of exams")


@blp.route("/exams/<exam_id>/regrades", methods=["POST"])
@blp.calls(quiz.propose_regrade, status=201)
def propose_regrade(request, call, rpc, exam_id):
    """拟定更正 Propose corrections, and see who changes

    Nothing is changed until it is applied.
    """
    return rpc(request)


@blp.route("/exams/<exam_id>/regrades")
@blp.calls(quiz.list_regrades)
def list_regrades(request, call, rpc, exam_id):
    """更正记录 The regrades of an exam"""
    return rpc(request)


@blp.route("/regrades/<regrade_id>")
@blp.calls(quiz.get_regrade)
def get_regrade(request, call, rpc, regrade_id):
    """查看更正 A regrade, and how far it has come"""
    return rpc(request)


@blp.route("/regrades/<regrade_id>/changes")
@blp.calls(quiz.list_regrade_changes)
def list_regrade_changes(request, call, rpc, regrade_id):
    """受影响人员 Whose standing it changes"""
    return rpc(request)


@blp.route("/regrades/<regrade_id>/application", methods=["POST"])
@blp.calls(quiz.apply_regrade, status=202)
def apply_regrade(request, call, rpc, regrade_id):
    """执行更正 Apply it, once; attempts and study records follow"""
    return rpc(request)
