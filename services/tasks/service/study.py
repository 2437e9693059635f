"""Study records: credited by events, read."""

from __future__ import annotations

from chassis import consume, serve
from contracts.identity.events import PersonChangedV1
from contracts.quiz.events import AttemptGradedV1, ExamChangedV1, ExamPublishedV1, PracticeCreditedV1
from contracts.tasks import operations
from services.tasks.handlers import study


class Study:
    """Entrypoints of ``TasksService``."""

    @consume(PersonChangedV1, group=200)
    def know_people(self, events):
        study.know_people(self.store, events)

    @consume(ExamPublishedV1, group=200)
    def know_exams(self, events):
        study.know_exams(self.store, events)

    @consume(ExamChangedV1, group=200)
    def know_changes_of_exams(self, events):
        study.know_exams(self.store, events)

    @consume(AttemptGradedV1, group=200)
    def credit_attempts(self, events):
        study.credit_attempts(self.store, events)

    @consume(PracticeCreditedV1, group=200)
    def credit_practice(self, events):
        study.credit_practice(self.store, events)

    @serve(operations.get_my_study_record)
    def get_my_study_record(self, request, call):
        return study.get_my_record(self.store, request, call)

    @serve(operations.get_study_record)
    def get_study_record(self, request, call):
        return study.get_record(self.store, request, call)

    @serve(operations.list_study_records)
    def list_study_records(self, request, call):
        return study.list_records(self.store, request, call)
