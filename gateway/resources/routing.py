"""Routing of cases: who could be given one, and to which bodies one could go."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("routing", description="分派 Routing: candidates for a case, bodies outside the bureau")


@blp.route("/cases/<case_id>/candidates")
@blp.calls(tasks.list_candidates)
def list_candidates(request, call, rpc, case_id):
    """承办人选 Who could be given the case, those who fit best first; and who must not be, with why

    First who knows the case's line of work, then who is in the unit that handles it, then who has less in hand. Whom it
    is given to, a person decides (`assign`).
    """
    return rpc(request)


@blp.route("/outside-bodies")
@blp.calls(tasks.list_outside_bodies)
def list_outside_bodies(request, call, rpc):
    """外部机关 The kinds of bodies that a case can be transferred to or that can assist, with the legal grounds"""
    return rpc(request)
