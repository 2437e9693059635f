"""Sampling re-review of closed cases by the supervision group."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("re_reviews", description="抽查复核 Sampling re-review of closed cases")


@blp.route("/re-reviews", methods=["POST"])
@blp.calls(tasks.draw_re_reviews, status=201)
def draw_re_reviews(request, call, rpc):
    """抽取 Draw a sample by lot from the cases closed in a period; each of them is to be reviewed again

    Answers the draw. The lot of a case is the SHA-256 of the seed, a line feed and the case's id; of each unit the
    lowest are drawn, so that the draw can be repeated by anybody.
    """
    return rpc(request)


@blp.route("/re-reviews")
@blp.calls(tasks.list_re_reviews)
def list_re_reviews(request, call, rpc):
    """复核列表 List the re-reviews, newest draw first; `state` is also `done`"""
    return rpc(request)


@blp.route("/re-reviews/<re_review_id>/decision", methods=["POST"])
@blp.calls(tasks.decide_re_review)
def decide_re_review(request, call, rpc, re_review_id):
    """复核结论 Judge the handling of a case that was drawn

    By somebody of the supervision group who neither investigated nor decided nor reviewed. `inadequate` has the case
    handled anew, with all four guards to be satisfied again. 409 once it is decided.
    """
    return rpc(request)


@blp.route("/re-review-draws")
@blp.calls(tasks.list_re_review_draws)
def list_re_review_draws(request, call, rpc):
    """抽查批次 List the draws with their figures, newest first"""
    return rpc(request)


@blp.route("/re-review-draws/<draw_id>")
@blp.calls(tasks.get_re_review_draw)
def get_re_review_draw(request, call, rpc, draw_id):
    """抽查统计 One draw: how it was drawn, and by unit how many were found adequate"""
    return rpc(request)
