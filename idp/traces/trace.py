"""One request as it is told to its developer, and the document it is stored as. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

OK = "ok"


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected of a value, and what came. Neither is ever a secret."""

    what: str
    expected: str
    received: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a successful request asked for and did not get."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """`received`: names and redacted values. `passed`: the judgements before the failed one, in
    order. `cause`: the key of an explanation.
    """

    endpoint: str
    outcome: str
    reference: str
    happened_at: datetime
    client_id: str | None = None
    received: tuple[tuple[str, str], ...] = ()
    passed: tuple[str, ...] = ()
    failed: str | None = None
    cause: str | None = None
    differences: tuple[Difference, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    id: str = ""
    """Of the row that it was read from."""

    @property
    def is_failure(self) -> bool:
        return self.outcome != OK


def details_of(trace: Trace) -> dict[str, Any]:
    """For the row: everything that has no column of its own."""
    return {
        "received": [list(pair) for pair in trace.received],
        "passed": list(trace.passed),
        "failed": trace.failed,
        "cause": trace.cause,
        "differences": [asdict(one) for one in trace.differences],
        "dropped": [asdict(one) for one in trace.dropped],
    }


def restored(
    details: Mapping[str, Any],
    *,
    endpoint: str,
    outcome: str,
    reference: str,
    happened_at: datetime,
    client_id: str | None,
    trace_id: str = "",
) -> Trace:
    """The inverse."""
    return Trace(
        endpoint=endpoint,
        outcome=outcome,
        reference=reference,
        happened_at=happened_at,
        client_id=client_id,
        received=tuple((name, value) for name, value in details["received"]),
        passed=tuple(details["passed"]),
        failed=details["failed"],
        cause=details["cause"],
        differences=tuple(Difference(**one) for one in details["differences"]),
        dropped=tuple(Dropped(**one) for one in details["dropped"]),
        id=trace_id,
    )
