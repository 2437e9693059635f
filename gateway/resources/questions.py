"""The question bank and its export."""

from __future__ import annotations

import base64

from contracts.quiz import operations as quiz
from gateway import language
from gateway.resource import Resource, download

blp = Resource("questions", description="题库 The question bank")


@blp.route("/questions")
@blp.calls(quiz.list_questions)
def list_questions(request, call, rpc):
    """试题列表 List questions"""
    return rpc(request)


@blp.route("/questions", methods=["POST"])
@blp.calls(quiz.create_question, status=201, etag="version", location=True)
def create_question(request, call, rpc):
    """新增试题 Create a question"""
    return rpc(request)


@blp.route("/questions/<question_id>")
@blp.calls(quiz.get_question, etag="version")
def get_question(request, call, rpc, question_id):
    """试题详情 Read a question"""
    return rpc(request)


@blp.route("/questions/<question_id>", methods=["PATCH"])
@blp.calls(quiz.update_question, etag="version")
def update_question(request, call, rpc, question_id):
    """修改试题 Change a question

    Exams that exist keep the question as it was when they were made.
    """
    return rpc(request)


@blp.route("/questions/<question_id>/revisions")
@blp.calls(quiz.list_question_revisions)
def list_question_revisions(request, call, rpc, question_id):
    """试题历史版本 What a question read before it was changed, the latest first"""
    return rpc(request)


@blp.route("/exports/questions")
@blp.calls(quiz.export_questions)
def export_questions(request, call, rpc):
    """导出试题 Export questions as a file that can be imported again

    `X-Questions-Left-Out` counts those that the format cannot hold whole, `X-Questions-Left-Out-Because` by reason, as
    in `pictures=2, several_blanks=1`; `/exports/questions/left-out` names them.
    """
    file = rpc(request)
    response = download(base64.b64decode(file["content"]), file_name=file["file_name"], media_type=file["media_type"])
    response.headers["X-Questions-Left-Out"] = str(file["left_out"])
    because = sorted(file["because"].items())
    response.headers["X-Questions-Left-Out-Because"] = ", ".join(f"{reason}={count}" for reason, count in because)
    return response


@blp.route("/exports/questions/left-out")
@blp.calls(quiz.questions_left_out)
def questions_left_out(request, call, rpc):
    """导出时未包含的试题 Which questions an export leaves out, and why"""
    account = rpc(request)
    for item in account["items"]:
        item["message"] = language.text(f"export.{item['reason']}", call.language)
    return account
