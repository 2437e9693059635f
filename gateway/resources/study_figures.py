"""What is made of study records: waivers, coverage, year-end marks, certificates, exports, xAPI."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource, download
from gateway.transfers import tables

blp = Resource("study_figures", description="学习统计与证书 Figures of study, certificates and exports")


@blp.route("/study-records/<person_id>/waivers", methods=["POST"])
@blp.calls(tasks.grant_waiver, status=201)
def grant_waiver(request, call, rpc, person_id):
    """免修 Waive a required exam or course for somebody, with the reason

    It counts as done, and is shown in the record as waived. Answers the record.
    """
    return rpc(request)


@blp.route("/study-records/<person_id>/waivers/<ref>", methods=["DELETE"])
@blp.calls(tasks.withdraw_waiver)
def withdraw_waiver(request, call, rpc, person_id, ref):
    """撤销免修 Take a waiver back; answers the record"""
    return rpc(request)


@blp.route("/study-records/<person_id>/marks/<year>")
@blp.calls(tasks.get_year_mark)
def get_year_mark(request, call, rpc, person_id, year):
    """年终成绩 A person's mark of a year, explained part by part with its entries"""
    return rpc(request)


@blp.route("/study-records/<person_id>/certificates", methods=["POST"])
@blp.calls(tasks.issue_certificate, status=201)
def issue_certificate(request, call, rpc, person_id):
    """开具证书 The certificate of an exam passed or a session attended; the same one when asked again"""
    return rpc(request)


@blp.route("/study-records/<person_id>/certificates")
@blp.calls(tasks.list_certificates)
def list_certificates(request, call, rpc, person_id):
    """证书列表 A person's certificates"""
    return rpc(request)


@blp.route("/certificates/<code>")
@blp.calls(tasks.verify_certificate)
def verify_certificate(request, call, rpc, code):
    """验证证书 Whether a certificate is genuine and still holds

    Without an account. Shows what the paper shows, with the name masked.
    """
    return rpc(request)


@blp.route("/certificates/<code>/pdf")
@blp.calls(tasks.print_certificate)
def print_certificate(request, call, rpc, code):
    """打印证书 The certificate as PDF, for its holder, trainers and leaders"""
    return _file(rpc(request))


@blp.route("/study-coverage")
@blp.calls(tasks.get_study_coverage)
def get_study_coverage(request, call, rpc):
    """学习覆盖面与人次 Coverage and person-times, by unit, line or week

    Each item's `filter` is the query by which `/entries` and `/people` list what its figures count.
    """
    return rpc(request)


@blp.route("/study-coverage/entries")
@blp.calls(tasks.list_coverage_entries)
def list_coverage_entries(request, call, rpc):
    """人次明细 The entries that `person_times` counts"""
    return rpc(request)


@blp.route("/study-coverage/people")
@blp.calls(tasks.list_coverage_people)
def list_coverage_people(request, call, rpc):
    """人员明细 The people that a figure counts; `behind` names what each has not done"""
    return rpc(request)


@blp.route("/exports/study-records")
@blp.calls(tasks.export_study_records, given=("cursor",))
def export_study_records(request, call, rpc):
    """导出学习档案 The entries of a unit's people as .xlsx, one a row

    All of them: of more than 20,000 rows a .zip with as many tables as it takes, each with the rows of whole people.
    Where a table cannot be had any more, the answer ends before its end, and the .zip does not open.
    """
    return tables.whole(call, request, tasks.export_study_records)


@blp.route("/study-records/xapi")
@blp.calls(tasks.list_statements)
def list_statements(request, call, rpc):
    """xAPI 陈述 Statements of the Experience API 1.0.3 for another learning-record store

    By when they were stored; the newest minute comes later. The same statement always has the same id.
    """
    return rpc(request)


def _file(file):
    return download(file["content"], file_name=file["file_name"], media_type=file["media_type"])
