"""Cases: opened and kept up to date by events, listed, read, acted on."""

from __future__ import annotations

from chassis import clock, consume, every, serve
from contracts.reports.events import MessagePostedV1, ReportRatedV1, ReportSubmittedV1, UnitsNamedV1
from contracts.tasks import operations
from services.tasks.handlers import cases, conflicts, correspondence, due_dates, listing, notices, openings, ratings


class Cases:
    """Entrypoints of ``TasksService``."""

    @consume(ReportSubmittedV1, group=200)
    def open_cases(self, events):
        openings.open_cases(self.store, events)

    @consume(UnitsNamedV1)
    def keep_from_units(self, event):
        conflicts.keep_from_units(self.store, event)

    @serve(operations.list_cases)
    def list_cases(self, request, call):
        return listing.list_cases(self.store, request, call)

    @serve(operations.get_case)
    def get_case(self, request, call):
        return cases.get_case(self.store, request, call)

    @serve(operations.read_case_history)
    def read_case_history(self, request, call):
        return cases.read_history(self.store, request, call)

    @serve(operations.act_on_case)
    def act_on_case(self, request, call):
        return cases.act(self.store, request, call, self.settings.dispatch_prefix)

    @consume(ReportRatedV1)
    def take_rating(self, event):
        ratings.take_rating(self.store, event)

    @consume(MessagePostedV1, group=200)
    def note_messages(self, events):
        correspondence.note_messages(self.store, events)
        notices.tell_of_messages(self.store, events, clock.now())

    @every(seconds=3600, role="due-dates")
    def keep_due_dates(self, now):
        due_dates.keep_due_dates(self.store, now)
