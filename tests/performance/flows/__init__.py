"""The flows beside their floors.

Each module has ``measure(stage, rounds)``, the figures of its section of latest.json, and ``RUNS``, how many runs that
takes for each repetition.
"""

from tests.performance.flows import answer_saved, attachments, fan_out, report_to_case

FLOWS = {
    "report_to_case": report_to_case,
    "answer_saved": answer_saved,
    "fan_out": fan_out,
    "attachments": attachments,
}

__all__ = ["FLOWS"]
