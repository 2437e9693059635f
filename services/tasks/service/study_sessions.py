"""Study sessions, their attendance, the weeks of branches, and courses."""

from __future__ import annotations

from chassis import Asker, every, serve
from contracts.tasks import operations
from services.tasks.handlers import attendance, attendance_imports, courses, study_sessions


class StudySessions:
    """Entrypoints of ``TasksService``."""

    asker = Asker()

    @serve(operations.create_study_session)
    def create_study_session(self, request, call):
        return study_sessions.create_session(self.store, request, call)

    @serve(operations.list_study_sessions)
    def list_study_sessions(self, request, call):
        return study_sessions.list_sessions(self.store, request, call)

    @serve(operations.get_study_session)
    def get_study_session(self, request, call):
        return study_sessions.get_session(self.store, request, call)

    @serve(operations.change_study_session)
    def change_study_session(self, request, call):
        return study_sessions.change_session(self.store, request, call)

    @serve(operations.list_study_weeks)
    def list_study_weeks(self, request, call):
        return study_sessions.list_weeks(self.store, request, call)

    @serve(operations.set_attendance)
    def set_attendance(self, request, call):
        return attendance.set_attendance(self.store, request, call)

    @serve(operations.list_attendance)
    def list_attendance(self, request, call):
        return attendance.list_attendance(self.store, request, call)

    @serve(operations.get_check_in_code)
    def get_check_in_code(self, request, call):
        return attendance.get_code(self.store, self.settings.check_in_key, request, call)

    @serve(operations.check_in)
    def check_in(self, request, call):
        return attendance.check_in(self.store, self.settings.check_in_key, request, call)

    @serve(operations.start_attendance_import)
    def start_attendance_import(self, request, call):
        return attendance_imports.start_import(self.store, request, call)

    @serve(operations.get_attendance_import)
    def get_attendance_import(self, request, call):
        return attendance_imports.get_import(self.store, request, call)

    @every(seconds=2, role="work-on-attendance")
    def work_on_attendance(self, now):
        with self.asker.line() as ask:
            attendance_imports.work_on_imports(self.store, ask, now)

    @serve(operations.create_course)
    def create_course(self, request, call):
        return courses.create_course(self.store, request, call)

    @serve(operations.list_courses)
    def list_courses(self, request, call):
        return courses.list_courses(self.store, request, call)
