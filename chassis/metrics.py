"""The Prometheus metrics of a service process. Durations are in seconds."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

RPC_SECONDS = Histogram(
    "mingjing_rpc_seconds", "Time in the service of an RPC.", ["operation", "outcome"], buckets=_BUCKETS
)
EVENT_SECONDS = Histogram(
    "mingjing_event_seconds", "Time in the handler of a group of events.", ["consumer"], buckets=_BUCKETS
)
EVENTS = Counter("mingjing_events_total", "Events by what became of them.", ["consumer", "outcome"])
DUPLICATES = Counter("mingjing_inbox_duplicates_total", "Events whose effect was already there.", ["consumer"])
RETRIES = Counter("mingjing_event_retries_total", "Events put off for a later attempt.", ["consumer"])
DEAD_LETTERS = Counter("mingjing_dead_letters_total", "Events given up on.", ["consumer", "reason"])
OUTBOX_PUBLISHED = Counter("mingjing_outbox_published_total", "Events that the relay published.", ["type"])
OUTBOX_UNROUTABLE = Counter("mingjing_outbox_unroutable_total", "Events that no queue was bound for.", ["type"])
OUTBOX_LAG = Histogram(
    "mingjing_outbox_lag_seconds",
    "From the event's time to its confirmed publication.",
    buckets=(*_BUCKETS, 60.0, 600.0),
)
OUTBOX_PENDING_AGE = Gauge(
    "mingjing_outbox_oldest_pending_seconds", "Age of the oldest unpublished event, 0 when there is none."
)
BROKER_CONNECTED = Gauge("mingjing_broker_connected", "1 while the line is up.", ["line"])
