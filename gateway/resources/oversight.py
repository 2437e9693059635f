"""Oversight of time limits: what they would be, and how many cases are overdue."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("oversight", description="时限监督 Oversight of the time limits of cases")


@blp.route("/cases/<case_id>/what-if")
@blp.calls(tasks.what_if)
def what_if(request, call, rpc, case_id):
    """期限测算 When the time limits of a case would end if it were suspended, resumed or extended

    Nothing is changed. The days are those of the bureau, from today on. Without a day of resumption a clock that can
    stand still has no end that is known: `due_at` is null.
    """
    return rpc(request)


@blp.route("/overdue-cases")
@blp.calls(tasks.count_overdue_cases)
def count_overdue_cases(request, call, rpc):
    """超期线索统计 How many cases are overdue, by unit or by handler, the oldest and for how many days

    The cases behind a figure are those of `GET /cases?overdue=true` with its `unit_id` (or `unassigned=true`) and
    `handler_id`. Cases that one may not know of are not counted, and time limits that one may not know of make no case
    overdue.
    """
    return rpc(request)
