"""The quiz service: its entrypoints, by subject."""

from __future__ import annotations

from chassis import Database
from services.quiz.service.attempts import Attempts
from services.quiz.service.exam_statistics import ExamStatistics
from services.quiz.service.exams import Exams
from services.quiz.service.grading import Grading
from services.quiz.service.imports import Imports
from services.quiz.service.media import Media
from services.quiz.service.papers import Papers
from services.quiz.service.practice import Practice
from services.quiz.service.questions import Questions
from services.quiz.service.regrades import Regrades
from services.quiz.store import QuizStore


class QuizService(Attempts, Exams, ExamStatistics, Grading, Imports, Media, Papers, Practice, Questions, Regrades):
    """The question bank, papers, exams, attempts, and their grading."""

    name = "quiz"
    store = Database(QuizStore)
