"""Every counter and histogram, declared in one place, and the text Prometheus reads.

Each process counts in memory. With several worker processes set `PROMETHEUS_MULTIPROC_DIR` to an
empty folder: then each writes there and any of them answers for all.
"""

import os
from functools import lru_cache

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)

requests = Counter("idp_requests", "Requests answered.", ["endpoint", "method", "status"])
request_seconds = Histogram(
    "idp_request_seconds",
    "Time from the first byte read to the answer.",
    ["endpoint"],
    buckets=_QUICK,
)
audit_events = Counter("idp_audit_events", "Security events, as in the audit log.", ["type"])
token_answers = Counter(
    "idp_token_answers", "Answers of the token endpoint.", ["grant_type", "result"]
)
factor_results = Counter("idp_factor_results", "Checks of one factor.", ["method", "result"])
throttle_hits = Counter("idp_throttle_hits", "Refusals by a limit.", ["limit", "window"])
hashes_waiting = Gauge(
    "idp_hashes_waiting", "Password checks that wait for a slot.", multiprocess_mode="livesum"
)
hash_refusals = Counter(
    "idp_hash_refusals", "Password checks refused because every slot was taken."
)
hash_wait_seconds = Histogram("idp_hash_wait_seconds", "Wait for a hashing slot.", buckets=_SLOW)
hash_seconds = Histogram("idp_hash_seconds", "Time a password hash took.", buckets=_SLOW)
slow_statements = Counter(
    "idp_slow_statements", "Statements slower than the limit, by their first word.", ["verb"]
)
breach_lookups = Counter(
    "idp_breach_lookups", "Look-ups of new passwords among leaked ones.", ["result"]
)
outbox_attempts = Counter(
    "idp_outbox_attempts", "Attempts to deliver a message.", ["kind", "result"]
)
job_runs = Counter("idp_job_runs", "Runs of background jobs.", ["name", "result"])
jobs_held = Gauge(
    "idp_jobs_held",
    "1 where the background jobs run, 0 where they wait.",
    multiprocess_mode="livesum",
)
traces_lost = Counter("idp_traces_lost", "Traces of requests that could not be written.")
outbound_calls = Counter("idp_outbound_calls", "Calls to other hosts.", ["method", "outcome"])


def observe_request(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _answered(endpoint, method, status).inc()
    _took(endpoint).observe(seconds)


@lru_cache(maxsize=1024)
def _answered(endpoint: str, method: str, status: int) -> Counter:
    return requests.labels(endpoint, method, str(status))


@lru_cache(maxsize=512)
def _took(endpoint: str) -> Histogram:
    return request_seconds.labels(endpoint)


def exposition() -> tuple[bytes, str]:
    """The text format and its content type."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
