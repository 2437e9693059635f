"""Bundles of whole cases."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.resource import Resource

blp = Resource("exports", description="案卷导出 Bundles of whole cases, numbered and signed")


@blp.route("/cases/<case_id>/exports", methods=["POST"])
@blp.calls(tasks.export_case, status=201)
def export_case(request, call, rpc, case_id):
    """导出案卷 Number and sign the bundle of a case

    For whoever has put its files together, as `mingjing export-case` does. The answer's `manifest` is the text of
    `manifest.json`, byte for byte, signed by the bureau. The history of the case has a line with the number, and the
    custody of each original that is listed a link. `expected_version`: of the case that the files tell of; 412 when it
    has changed since, with what was done. Once for an `Idempotency-Key`.
    """
    return rpc(request)
