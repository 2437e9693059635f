"""What cases tell: the reporter's history, and who may read the content from now on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis import clock
from contracts.event import Received
from services.reports.store import ReportsStore
from services.reports.store.case_files import Told
from services.reports.store.reports import Part, Step


def show_progress(store: ReportsStore, events: Sequence[Received]) -> None:
    """Take over the steps of cases that began as reports; in effect once each, in whatever order they
    come."""
    store.reports.apply_progress(
        [
            Step(event.data["report_id"], event.sequence, _fields(event.data), _entry(event))
            for event in events
            if event.data["report_id"]
        ]
    )
    # Who may read a report for a part of its case.
    store.reports.know_parts(
        [
            Part(event.data["part_of"], event.sequence, _case(event.data))
            for event in events
            if event.data["part_of"] is not None
        ]
    )
    # Who may read the evidence of a case that nobody reported; of parts of reported ones their reports know.
    store.case_files.know(
        Told(event.data["case_id"], event.sequence, _case(event.data))
        for event in events
        if event.data["report_id"] is None and event.data["part_of"] is None
    )


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": data["reporter_state"],
        "due_at": data["due_at"],
        "reporter_clocks": data["reporter_clocks"],
        "re_examination": data["re_examination"],
        "results": data["results"],
        "result_told": data["result_told"],
        "outcome": data["outcome"],
        "ended_at": clock.to_the_hour(data["at"]) if data["outcome"] else None,
        "case": _case(data),
    }


def _case(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": data["case_id"],
        "number": data["number"],
        "handler_id": data["handler_id"],
        "unit_id": data["unit_id"],
        "excluded_unit_ids": data["excluded_unit_ids"],
        **{name: data[name] for name in ("joint_handler_ids", "excluded_person_ids") if data[name]},
    }


def _entry(event: Received) -> dict[str, Any] | None:
    """A line of the reporter's history; steps without a text are not theirs to see."""
    if not event.data["text_code"]:
        return None
    return {
        "sequence": event.sequence,
        "at": event.data["at"],
        "state": event.data["reporter_state"],
        "text_code": event.data["text_code"],
    }
