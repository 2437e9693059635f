"""The import of questions; its progress is read at ``/imports/<id>`` (gateway/resources/imports.py)."""

from __future__ import annotations

import base64

from contracts.quiz import operations as quiz
from gateway.resource import Resource, download

blp = Resource("question-imports", description="试题导入 Imports of questions")

IMPORTS = {quiz.IMPORT_ID_PREFIX: quiz.get_import}


@blp.route("/imports/questions", methods=["POST"])
@blp.calls(quiz.import_questions, status=202, upload=True)
def import_questions(request, call, rpc):
    """导入试题 Import questions from .xlsx, .csv, GIFT, Aiken, Moodle XML or QTI 3

    A question whose stem is known is updated. The answer comes at once, the work goes on. With ``dry_run`` the account
    tells what would be, and nothing is written.
    """
    return rpc(request)


@blp.route("/imports/questions/template")
@blp.calls(quiz.question_template)
def question_template(request, call, rpc):
    """下载导入模板 Download the table to fill in

    As .xlsx with a sheet that explains each column, or as .csv.
    """
    file = rpc(request)
    return download(base64.b64decode(file["content"]), file_name=file["file_name"], media_type=file["media_type"])
