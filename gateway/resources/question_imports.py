"""The import of questions; its progress is read at ``/imports/<id>`` (gateway/resources/imports.py)."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("question-imports", description="试题导入 Imports of questions")

IMPORTS = {quiz.IMPORT_ID_PREFIX: quiz.get_import}


@blp.route("/imports/questions", methods=["POST"])
@blp.calls(quiz.import_questions, status=202, upload=True)
def import_questions(request, call, rpc):
    """导入试题 Import questions from .xlsx, .csv, GIFT, Aiken or Moodle XML

    A question whose stem is known is updated. The answer comes at once, the work goes on.
    """
    return rpc(request)
