"""The quiz service: its entrypoints."""

from chassis import Database, consume, every, serve
from contracts.quiz import operations
from contracts.quiz.events import AttemptSubmittedV1
from services.quiz.handlers import attempts, exams, grading, imports, papers, questions
from services.quiz.store import QuizStore


class QuizService:
    """The question bank, papers, exams, attempts, and their grading."""

    name = "quiz"
    store = Database(QuizStore)

    @serve(operations.list_questions)
    def list_questions(self, request, call):
        return questions.list_page(self.store, request)

    @serve(operations.create_question)
    def create_question(self, request, call):
        return questions.create(self.store, request, call)

    @serve(operations.get_question)
    def get_question(self, request, call):
        return questions.get(self.store, request)

    @serve(operations.update_question)
    def update_question(self, request, call):
        return questions.update(self.store, request, call)

    @serve(operations.export_questions)
    def export_questions(self, request, call):
        return questions.export(self.store, request)

    @serve(operations.import_questions)
    def import_questions(self, request, call):
        return imports.start(self.store, request, call)

    @serve(operations.get_import)
    def get_import(self, request, call):
        return imports.get(self.store, request)

    @every(seconds=1, role="work-off-imports")
    def work_off_imports(self, now):
        imports.work_off(self.store, now)

    @serve(operations.list_papers)
    def list_papers(self, request, call):
        return papers.list_page(self.store, request)

    @serve(operations.create_paper)
    def create_paper(self, request, call):
        return papers.create(self.store, request, call)

    @serve(operations.get_paper)
    def get_paper(self, request, call):
        return papers.get(self.store, request)

    @serve(operations.list_exams)
    def list_exams(self, request, call):
        return exams.list_page(self.store, request, call)

    @serve(operations.create_exam)
    def create_exam(self, request, call):
        return exams.create(self.store, request, call)

    @serve(operations.get_exam)
    def get_exam(self, request, call):
        return exams.get(self.store, request)

    @serve(operations.my_exams)
    def my_exams(self, request, call):
        return exams.mine(self.store, request, call)

    @serve(operations.start_attempt)
    def start_attempt(self, request, call):
        return attempts.start(self.store, request, call)

    @serve(operations.save_answer)
    def save_answer(self, request, call):
        return attempts.save(self.store, request, call)

    @serve(operations.submit_attempt)
    def submit_attempt(self, request, call):
        return attempts.submit(self.store, request, call)

    @serve(operations.get_attempt)
    def get_attempt(self, request, call):
        return attempts.get(self.store, request, call)

    @serve(operations.mark_answer)
    def mark_answer(self, request, call):
        return grading.mark(self.store, request, call.now)

    @every(seconds=2, role="close-overdue-attempts")
    def close_overdue(self, now):
        attempts.close_overdue(self.store, now)

    @consume(AttemptSubmittedV1, group=50)
    def grade(self, events):
        grading.grade(self.store, events)
