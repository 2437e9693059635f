"""The gateway's Prometheus metrics. With ``PROMETHEUS_MULTIPROC_DIR`` (gunicorn_conf.py) they add up over
workers."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter(
    "mingjing_http_requests_total",
    "HTTP requests by route template and status.",
    ["method", "route", "status"],
)
REQUEST_SECONDS = Histogram(
    "mingjing_http_request_seconds", "Time from request to answer.", ["route"], buckets=_BUCKETS
)
LIMITED = Counter("mingjing_gateway_limited_total", "Requests refused by a rate limit.", ["limit"])
CHALLENGES = Counter(
    "mingjing_gateway_challenges_total",
    "Proofs of work: asked for (asked), counted (solved), refused (malformed, foreign, expired, spent).",
    ["outcome"],
)
LOAD_LEVEL = Gauge(
    "mingjing_gateway_load_level",
    "Writes without an account: 0 while nothing but what is free is asked for, else the level of difficulty.",
    multiprocess_mode="livemostrecent",
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_children: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}


def count_request(method: str, route: str, status: str, seconds: float) -> None:
    """One answered request. ``route`` is a template, so the number of series is bounded."""
    key = (method if method in _METHODS else "other", route, status)
    children = _children.get(key)
    if children is None:
        children = _children[key] = REQUESTS.labels(*key), REQUEST_SECONDS.labels(route)
    children[0].inc()
    children[1].observe(seconds)
