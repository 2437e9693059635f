"""Papers, fixed and drawn."""

from __future__ import annotations

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("papers", description="试卷 Papers")


@blp.route("/papers")
@blp.calls(quiz.list_papers)
def list_papers(request, call, rpc):
    """试卷列表 List papers"""
    return rpc(request)


@blp.route("/papers", methods=["POST"])
@blp.calls(quiz.create_paper, status=201, location=True)
def create_paper(request, call, rpc):
    """组卷 Make a paper of given questions, or a blueprint to draw from"""
    return rpc(request)


@blp.route("/papers/feasibility", methods=["POST"])
@blp.calls(quiz.paper_feasibility)
def paper_feasibility(request, call, rpc):
    """试抽 Try a blueprint before making a paper of it

    ``shortages`` names the cells that are short together because they compete for the same questions.
    """
    return rpc(request)


@blp.route("/papers/<paper_id>")
@blp.calls(quiz.get_paper)
def get_paper(request, call, rpc, paper_id):
    """试卷详情 Read a paper"""
    return rpc(request)


@blp.route("/papers/<paper_id>/overlap")
@blp.calls(quiz.paper_overlap)
def paper_overlap(request, call, rpc, paper_id):
    """试题重复情况 Which questions the variants of a paper share, and share with another paper"""
    return rpc(request)
