"""Clues that nobody reported, taken up by hand; the cases they become are those of gateway/resources/cases.py."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("clues", description="问题线索 Clues that nobody reported")


@blp.route("/cases", methods=["POST"])
@blp.calls(tasks.open_clue, status=201, location=True)
def open_clue(request, call, rpc):
    """登记线索 Open a case of a clue that nobody reported

    From a patrol, an audit, mining of texts, the media or a superior body. Nobody is told of it, and no clock of a
    reporter runs. 403 for somebody whom, or whose unit, the clue is about.
    """
    return rpc(request)
