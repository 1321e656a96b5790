"""A trace in the words of a page: why, what differs and where, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import causes
from idp.oauth.explaining import curl, judgements, remedies
from idp.traces import Difference, Trace

ALIKE = 0.6
"""Of texts that have less in common, a letter here and there is chance; so it is in sentences."""


def explained(trace: Trace, client: RegisteredClient | None) -> dict[str, Any]:
    """For `macros/traces.html`."""
    return {
        "id": trace.id,
        "happened_at": trace.happened_at,
        "reference": trace.reference,
        "endpoint": trace.endpoint,
        "client_id": trace.client_id,
        "outcome": trace.outcome,
        "is_failure": trace.is_failure,
        "cause": causes.of(trace.cause) if trace.is_failure else None,
        "differences": [_marked(one) for one in trace.differences],
        "dropped": trace.dropped,
        "received": trace.received,
        "passed": [judgements.words(name) for name in judgements.passed_by(trace)],
        "failed": judgements.words(trace.failed) if trace.failed else None,
        "curl": curl.of(trace, settings().issuer),
        "remedies": remedies.of(trace, client) if client else [],
    }


def _marked(difference: Difference) -> dict[str, Any]:
    expected, received = difference.expected, difference.received
    matcher = SequenceMatcher(None, expected, received, autojunk=False)
    steps = matcher.get_opcodes()
    if " " in expected or matcher.ratio() < ALIKE:
        steps = [("replace", 0, len(expected), 0, len(received))]
    return {
        "what": difference.what,
        "expected": _parts((expected[a:b], tag) for tag, a, b, _, _ in steps),
        "received": _parts((received[a:b], tag) for tag, _, _, a, b in steps),
    }


def _parts(pieces: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Pieces of a text, each the same in the other one or not."""
    return [{"text": text, "differs": tag != "equal"} for text, tag in pieces if text]
