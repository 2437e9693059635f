"""W3C trace context: valid in, valid out, the same trace all along."""

from __future__ import annotations

import structlog
from hypothesis import given
from hypothesis import strategies as st

from chassis import tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_child_stays_in_its_trace_with_a_span_of_its_own() -> None:
    child = tracing.child(PARENT)
    assert tracing.trace_id(child) == tracing.trace_id(PARENT)
    assert child != PARENT
    assert tracing.valid(child)


@given(st.none() | st.text() | st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"))
def test_whatever_comes_in_a_valid_context_goes_on(header: str | None) -> None:
    assert tracing.valid(tracing.child(header))


def test_ids_of_zeros_begin_a_new_trace() -> None:
    assert tracing.valid(f"00-{'0' * 32}-b7ad6b7169203331-01") is None
    assert tracing.valid(f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01") is None


def test_within_a_step_logs_and_what_is_written_carry_its_trace() -> None:
    with tracing.step("reports.submit_report", "server", PARENT) as traceparent:
        assert tracing.current() == traceparent
        assert structlog.contextvars.get_contextvars()["trace_id"] == tracing.trace_id(PARENT)
    assert tracing.current() is None
    assert "trace_id" not in structlog.contextvars.get_contextvars()
