"""What an exam's attempts tell: statistics, and hints for a person to judge."""

from __future__ import annotations

from chassis import serve
from contracts.quiz import operations
from services.quiz.handlers import exam_statistics, hints


class ExamStatistics:
    """Entrypoints of ``QuizService``."""

    @serve(operations.exam_statistics)
    def exam_statistics(self, request, call):
        return exam_statistics.get(self.store, request, call)

    @serve(operations.exam_hints)
    def exam_hints(self, request, call):
        return hints.get(self.store, request, call)

    @serve(operations.judge_hint)
    def judge_hint(self, request, call):
        return hints.judge(self.store, request, call)
