"""Study sessions, who attended them, the weeks of branches, and courses.

The progress of an import is read at ``/imports/<id>`` (gateway/resources/imports.py).
"""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("study_sessions", description="集中学习与课程 Study sessions and courses")

IMPORTS = {tasks.ATTENDANCE_IMPORT_ID_PREFIX: tasks.get_attendance_import}


@blp.route("/study-sessions", methods=["POST"])
@blp.calls(tasks.create_study_session, status=201, etag="version", location=True)
def create_study_session(request, call, rpc):
    """新建集中学习 Plan a session, or record one that was held

    With fewer main speakers than the rule asks for it is kept, says so in `warnings`, and does not count for the week.
    """
    return rpc(request)


@blp.route("/study-sessions")
@blp.calls(tasks.list_study_sessions)
def list_study_sessions(request, call, rpc):
    """集中学习列表 List sessions, newest first: all for trainers and leaders, those of one's own units for others"""
    return rpc(request)


@blp.route("/study-sessions/check-ins", methods=["POST"])
@blp.calls(tasks.check_in)
def check_in(request, call, rpc):
    """签到 Check in by the code that the session shows; twice is the same as once"""
    return rpc(request)


@blp.route("/study-sessions/<session_id>")
@blp.calls(tasks.get_study_session, etag="version")
def get_study_session(request, call, rpc, session_id):
    """集中学习 One session; what was changed about it for trainers and leaders"""
    return rpc(request)


@blp.route("/study-sessions/<session_id>", methods=["PATCH"])
@blp.calls(tasks.change_study_session, etag="version")
def change_study_session(request, call, rpc, session_id):
    """修改或撤销集中学习 Change a session, and the entries of those who attended; `withdrawn` takes them back"""
    return rpc(request)


@blp.route("/study-sessions/<session_id>/attendance", methods=["PUT"])
@blp.calls(tasks.set_attendance, etag="version")
def set_attendance(request, call, rpc, session_id):
    """登记出席 Say who was there

    The list is whole: who is not in it any more loses the entry and its credits, who is new gets them.
    """
    return rpc(request)


@blp.route("/study-sessions/<session_id>/attendance")
@blp.calls(tasks.list_attendance)
def list_attendance(request, call, rpc, session_id):
    """出席名单 Who was there, and how that is known"""
    return rpc(request)


@blp.route("/study-sessions/<session_id>/attendance/imports", methods=["POST"])
@blp.calls(tasks.start_attendance_import, status=202, upload=True)
def start_attendance_import(request, call, rpc, session_id):
    """导入出席名单 Import who was there from .xlsx or .csv

    One row a person, by 工号 or 用户名; those named are added. The answer comes at once, the work goes on.
    """
    return rpc(request)


@blp.route("/study-sessions/<session_id>/check-in-code")
@blp.calls(tasks.get_check_in_code)
def get_check_in_code(request, call, rpc, session_id):
    """签到码 The code to show now: a new one every 30 seconds, each accepted for 60

    From half an hour before the session until half an hour after it.
    """
    return rpc(request)


@blp.route("/study-weeks")
@blp.calls(tasks.list_study_weeks)
def list_study_weeks(request, call, rpc):
    """每周学习 The weeks of branches by the weekly rule

    The sessions of a week are `GET /study-sessions` with `branch_id` and the days of the week; those without
    `warnings` and not withdrawn count.
    """
    return rpc(request)


@blp.route("/courses", methods=["POST"])
@blp.calls(tasks.create_course, status=201)
def create_course(request, call, rpc):
    """新建课程 Add a course, required or elective, for lines, units and roles"""
    return rpc(request)


@blp.route("/courses")
@blp.calls(tasks.list_courses)
def list_courses(request, call, rpc):
    """课程列表 List the courses; `for_me` tells those that are for the reader"""
    return rpc(request)
