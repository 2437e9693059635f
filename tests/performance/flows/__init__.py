"""The flows beside their floors.

Each module has ``measure(stage, rounds)``, the figures of its section of latest.json, and ``RUNS``, how many runs that
takes for each repetition.
"""

from tests.performance.flows import (
    answer_saved,
    attachments,
    exam_handed_in,
    exam_started,
    fan_out,
    report_to_case,
)

FLOWS = {
    "report_to_case": report_to_case,
    "exam_started": exam_started,
    "answer_saved": answer_saved,
    "exam_handed_in": exam_handed_in,
    "fan_out": fan_out,
    "attachments": attachments,
}

# What sitting an exam is made of.
EXAM = ("exam_started", "answer_saved", "exam_handed_in")

__all__ = ["EXAM", "FLOWS"]
