"""Files of questions, taken in."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import imports, question_exports


class Imports:
    """Entrypoints of ``QuizService``."""

    @serve(operations.import_questions)
    def import_questions(self, request, call):
        return imports.start(self.store, request, call)

    @serve(operations.question_template)
    def question_template(self, request, call):
        return question_exports.template(request)

    @serve(operations.get_import)
    def get_import(self, request, call):
        return imports.get(self.store, request)

    @every(seconds=1, role="work-off-imports")
    def work_off_imports(self, now):
        imports.work_off(self.store, now)
