"""Counting events whose effect was already there. The effect itself is made once by ids and guards in the data."""

from __future__ import annotations

import structlog

from chassis.metrics import DUPLICATES


def count_duplicates(number: int = 1) -> None:
    """Called where a derived id or a guard shows that an event has had its effect before."""
    if number:
        consumer = structlog.contextvars.get_contextvars().get("consumer")
        if consumer:
            DUPLICATES.labels(consumer).inc(number)
