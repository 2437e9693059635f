"""Study sessions, their attendance, the weeks of branches, and courses."""

from __future__ import annotations

from contracts.fields import page_of
from contracts.imports import GetImport, StartedImport
from contracts.operation import Operation
from contracts.roles import ANY_ROLE, LEADER, TRAINER
from contracts.tasks.schemas import study_sessions as schemas

# Ids of these imports begin so; see contracts/tasks/operations/old_files.py.
ATTENDANCE_IMPORT_ID_PREFIX = "attendance-"

_TRAINERS = frozenset({TRAINER})
_OVERSEERS = frozenset({TRAINER, LEADER})

create_study_session = Operation(
    "tasks", "create_study_session", schemas.SessionFields, schemas.SessionDetails, _TRAINERS
)
list_study_sessions = Operation(
    "tasks", "list_study_sessions", schemas.ListSessions, page_of(schemas.Session), ANY_ROLE, repeatable=True
)
get_study_session = Operation(
    "tasks", "get_study_session", schemas.SessionId, schemas.SessionDetails, ANY_ROLE, repeatable=True
)
change_study_session = Operation(
    "tasks", "change_study_session", schemas.ChangeSession, schemas.SessionDetails, _TRAINERS
)
set_attendance = Operation("tasks", "set_attendance", schemas.SetAttendance, schemas.SessionDetails, _TRAINERS)
list_attendance = Operation(
    "tasks", "list_attendance", schemas.ListAttendance, page_of(schemas.Attendant), _OVERSEERS, repeatable=True
)
start_attendance_import = Operation(
    "tasks", "start_attendance_import", schemas.StartAttendanceImport, StartedImport, _TRAINERS
)
get_attendance_import = Operation(
    "tasks", "get_attendance_import", GetImport, schemas.AttendanceImport, _TRAINERS, repeatable=True
)
get_check_in_code = Operation(
    "tasks", "get_check_in_code", schemas.SessionId, schemas.CheckInCode, _TRAINERS, repeatable=True
)
check_in = Operation("tasks", "check_in", schemas.CheckIn, schemas.CheckedIn, ANY_ROLE, repeatable=True)
list_study_weeks = Operation(
    "tasks", "list_study_weeks", schemas.ListStudyWeeks, schemas.StudyWeeks, _OVERSEERS, repeatable=True
)
create_course = Operation("tasks", "create_course", schemas.CourseFields, schemas.Course, _TRAINERS)
list_courses = Operation(
    "tasks", "list_courses", schemas.ListCourses, page_of(schemas.Course), ANY_ROLE, repeatable=True
)
