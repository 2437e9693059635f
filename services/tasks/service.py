"""The tasks service: what it can be asked, what it listens to."""

from __future__ import annotations

from chassis import Database, consume, every, serve
from contracts.identity.events import PersonChangedV1
from contracts.quiz.events import AttemptGradedV1, ExamPublishedV1
from contracts.reports.events import MessagePostedV1, ReportRatedV1, ReportSubmittedV1, UnitsNamedV1
from contracts.tasks import operations
from services.tasks.handlers import cases, conflicts, correspondence, due_dates, ratings, study
from services.tasks.store import TasksStore


class TasksService:
    """Cases with their clocks, and study records."""

    name = "tasks"
    store = Database(TasksStore)

    @consume(ReportSubmittedV1, group=200)
    def open_cases(self, events):
        cases.open_cases(self.store, events)

    @consume(UnitsNamedV1)
    def keep_from_units(self, event):
        conflicts.keep_from_units(self.store, event)

    @serve(operations.list_cases)
    def list_cases(self, request, call):
        return cases.list_cases(self.store, request, call)

    @serve(operations.get_case)
    def get_case(self, request, call):
        return cases.get_case(self.store, request, call)

    @serve(operations.read_case_history)
    def read_case_history(self, request, call):
        return cases.read_history(self.store, request, call)

    @serve(operations.act_on_case)
    def act_on_case(self, request, call):
        return cases.act(self.store, request, call)

    @consume(ReportRatedV1)
    def take_rating(self, event):
        ratings.take_rating(self.store, event)

    @consume(MessagePostedV1, group=200)
    def note_messages(self, events):
        correspondence.note_messages(self.store, events)

    @consume(PersonChangedV1, group=200)
    def know_people(self, events):
        study.know_people(self.store, events)

    @consume(ExamPublishedV1, group=200)
    def know_exams(self, events):
        study.know_exams(self.store, events)

    @consume(AttemptGradedV1, group=200)
    def credit_attempts(self, events):
        study.credit_attempts(self.store, events)

    @serve(operations.get_my_study_record)
    def get_my_study_record(self, request, call):
        return study.get_my_record(self.store, request, call)

    @serve(operations.get_study_record)
    def get_study_record(self, request, call):
        return study.get_record(self.store, request, call)

    @serve(operations.list_study_records)
    def list_study_records(self, request, call):
        return study.list_records(self.store, request, call)

    @every(seconds=3600, role="due-dates")
    def keep_due_dates(self, now):
        due_dates.keep_due_dates(self.store, now)
