"""Everything that can be done with reports, done once, over HTTP and on the command line."""

from __future__ import annotations

from tests.e2e.everything import above, mishaps, report, suggestion
from tests.e2e.everything.stage import Stage


def do_everything(stage: Stage) -> None:
    """In an order in which nothing that staff do comes to pass while reporters do something."""
    stage.sign_in()
    mishaps.refusals(stage)
    report.is_handled(stage)
    suggestion.is_answered_and_erased(stage)
    above.goes_above(stage)
    mishaps.a_file_that_does_not_open(stage)
    mishaps.messages_that_nobody_understands(stage)
    mishaps.while_reports_is_away(stage)
    mishaps.wrong_receipts(stage)
