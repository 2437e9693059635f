"""Study records."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("study_records", description="学习档案 Study records")


@blp.route("/me/study-record")
@blp.calls(tasks.get_my_study_record)
def get_my_study_record(request, call, rpc):
    """我的学习档案 The caller's own record"""
    return rpc(request)


@blp.route("/study-records/<person_id>")
@blp.calls(tasks.get_study_record)
def get_study_record(request, call, rpc, person_id):
    """个人学习档案 One person's record: the own one, or any for trainer and leader"""
    return rpc(request)


@blp.route("/study-records")
@blp.calls(tasks.list_study_records)
def list_study_records(request, call, rpc):
    """单位学习档案 The records of the active people of a unit and the units below it

    Page by page, in order of person id. Each with its figures and its newest 20 `entries` of `entries_total`; all of
    them are in `/study-records/{person_id}`.
    """
    return rpc(request)
