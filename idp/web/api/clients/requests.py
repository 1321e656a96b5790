"""What became of an app's requests in the last day, and why: redacted, as on the pages."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp import traces
from idp.accounts.permissions import Permission
from idp.oauth import causes
from idp.traces import Trace
from idp.web.api.answering import Answer
from idp.web.api.clients.show import existing
from idp.web.api.model import Model
from idp.web.api.operation import operation

READS = Permission.REQUESTS_READ


class Wanted(Model):
    """Which requests."""

    reference: str = Field(
        min_length=1, max_length=20, description="As the error page showed it to its user."
    )


class Latest(Model):
    """How many requests."""

    limit: int = Field(50, ge=1, le=200)


class Explanation(Model):
    """Why it was refused."""

    means: str
    fix: str
    section: str


class ValueDifference(Model):
    """What was expected of a value and what came."""

    what: str
    expected: str
    received: str


class LeftOut(Model):
    """What was asked for and not given."""

    what: str
    why: str


class Parameter(Model):
    """One that was sent; secrets are redacted."""

    name: str
    value: str


class Request(Model):
    """A request and what became of it."""

    reference: str
    happened_at: datetime
    endpoint: str
    client_id: str | None = None
    outcome: str
    explanation: Explanation | None = None
    differences: list[ValueDifference]
    left_out: list[LeftOut]
    received: list[Parameter]


class RequestList(Model):
    """Requests, the newest first."""

    items: list[Request]


@operation("GET", "/requests", READS, query=Wanted, answer=RequestList)
def find_requests(asked: Wanted) -> Answer:
    """Requests by the reference that an error page showed."""
    found = traces.of_reference(asked.reference)
    return Answer(RequestList(items=[_request(one) for one in found]))


@operation("GET", "/clients/<path:client_id>/requests", READS, query=Latest, answer=RequestList)
def list_client_requests(client_id: str, asked: Latest) -> Answer:
    """The latest requests of an app."""
    found = traces.latest_of(existing(client_id).client_id, asked.limit)
    return Answer(RequestList(items=[_request(one) for one in found]))


def _request(trace: Trace) -> Request:
    cause = causes.of(trace.cause) if trace.is_failure else None
    return Request(
        reference=trace.reference,
        happened_at=trace.happened_at,
        endpoint=trace.endpoint,
        client_id=trace.client_id,
        outcome=trace.outcome,
        explanation=Explanation(means=cause.means, fix=cause.fix, section=cause.section)
        if cause
        else None,
        differences=[
            ValueDifference(what=one.what, expected=one.expected, received=one.received)
            for one in trace.differences
        ],
        left_out=[LeftOut(what=one.what, why=one.why) for one in trace.dropped],
        received=[Parameter(name=name, value=value) for name, value in trace.received],
    )
