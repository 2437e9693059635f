"""Cases: the list, one case, its actions and its history."""

from __future__ import annotations

from flask import request as http

from contracts.tasks import operations as tasks
from gateway import headers
from gateway.resource import Resource

blp = Resource("cases", description="线索 Cases: the tracked handling of reports, clues and old files")


@blp.route("/cases")
@blp.calls(tasks.list_cases)
def list_cases(request, call, rpc):
    """线索列表 List the cases that one may know of

    A handler gets own cases and those handled jointly with others. All filters go together; `state` may be given more
    than once, `number` is a case number or its beginning. `sort`: `newest` (of itself), `oldest`, `due` (the soonest
    due first, without what owes nothing in time), `number` (the highest first). With `overdue=true` the longest overdue
    come first, with `number` the highest number. `overdue` and the order by `due` go by the clocks that one may know
    of. Overdue cases are listed by `due` alone; neither they nor times of opening go together with numbers.
    """
    return rpc(request)


@blp.route("/cases/counts")
@blp.calls(tasks.count_cases)
def count_cases(request, call, rpc):
    """线索统计 Count the cases that one may know of

    Takes the filters of the list; `by`: what they are counted by. Exact at one moment: the cases of each figure are
    those that the list shows with its `key` as a filter besides.
    """
    return rpc(request)


@blp.route("/cases/<case_id>")
@blp.calls(tasks.get_case, etag="version")
def get_case(request, call, rpc, case_id):
    """线索详情 Read a case"""
    return rpc(request)


@blp.route("/cases/<case_id>/actions", methods=["POST"])
@blp.calls(tasks.act_on_case)
def act_on_case(request, call, rpc, case_id):
    """办理线索 Take an action on a case

    The actions, who may take them, when, and the fields they need are in docs/case-states.md; those that
    are open to the caller now are the case's `allowed_actions`. `expected_version`, or `If-Match` with
    the ETag of the case, makes a 412 of an action that was meant for an earlier version; its `changes` tell
    what was done since, when and by whom. 409 when the
    case's state does not allow the action, and when closing it still lacks something: `missing` lists
    exactly what.
    """
    version = headers.if_match(http.environ.get("HTTP_IF_MATCH"), required=False)
    if version is not None:
        request["expected_version"] = version
    return rpc(request)


@blp.route("/cases/<case_id>/history")
@blp.calls(tasks.read_case_history)
def read_case_history(request, call, rpc, case_id):
    """办理记录 Every action: who, when, from which state to which, why; oldest first"""
    return rpc(request)
