"""What is made of study records: waivers, coverage, year-end marks, certificates, exports, xAPI."""

from __future__ import annotations

from chassis import Asker, every, serve
from contracts.tasks import operations
from services.tasks.handlers import certificates, courses, coverage, study, study_exports, year_end


class StudyFigures:
    """Entrypoints of ``TasksService``."""

    asker = Asker()

    @serve(operations.grant_waiver)
    def grant_waiver(self, request, call):
        return courses.grant_waiver(self.store, request, call)

    @serve(operations.withdraw_waiver)
    def withdraw_waiver(self, request, call):
        return courses.withdraw_waiver(self.store, request, call)

    @serve(operations.get_study_coverage)
    def get_study_coverage(self, request, call):
        return coverage.get_coverage(self.store, request, call)

    @serve(operations.list_coverage_entries)
    def list_coverage_entries(self, request, call):
        return coverage.list_entries(self.store, request, call)

    @serve(operations.list_coverage_people)
    def list_coverage_people(self, request, call):
        return coverage.list_people(self.store, request, call)

    @serve(operations.get_year_mark)
    def get_year_mark(self, request, call):
        return year_end.get_mark(self.store, request, call)

    @serve(operations.issue_certificate)
    def issue_certificate(self, request, call):
        with self.asker.line() as ask:
            return certificates.issue(self.store, ask, request, call)

    @serve(operations.list_certificates)
    def list_certificates(self, request, call):
        return certificates.list_certificates(self.store, request, call)

    @serve(operations.print_certificate)
    def print_certificate(self, request, call):
        return certificates.print_certificate(self.store, request, call)

    @serve(operations.verify_certificate)
    def verify_certificate(self, request, call):
        return certificates.verify(self.store, request, call)

    @serve(operations.export_study_records)
    def export_study_records(self, request, call):
        with self.asker.line() as ask:
            return study_exports.export_records(self.store, ask, request, call)

    @serve(operations.list_statements)
    def list_statements(self, request, call):
        return study_exports.list_statements(self.store, self.settings.xapi_home, request, call)

    @every(seconds=60, role="spread-study-entries")
    def spread_study_entries(self, now):
        study.spread_entries(self.store, now)
