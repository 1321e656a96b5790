"""What became of an app's requests in the last day, and why: redacted, as on the pages."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp import traces
from idp.accounts.permissions import Permission
from idp.oauth import causes
from idp.traces import Trace
from idp.web import explanation_link
from idp.web.api.answering import Answer
from idp.web.api.clients.show import existing
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused

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

    id: str
    reference: str
    happened_at: datetime
    endpoint: str
    client_id: str | None = None
    outcome: str
    explanation: Explanation | None = None
    differences: list[ValueDifference]
    left_out: list[LeftOut]
    received: list[Parameter]


class Link(Model):
    """Nothing else is opened by it."""

    url: str
    ends_at: datetime


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


@operation("POST", "/requests/<trace_id>/links", Permission.REQUESTS_WRITE, answer=Link, status=201)
def share_request(trace_id: str) -> Answer:
    """Make a link that explains one request to whoever has it, as long as the request is kept."""
    trace = traces.find(trace_id)
    if trace is None:
        raise Refused(Kind.NOT_FOUND)
    url, ends_at = explanation_link.make(trace)
    return Answer(Link(url=url, ends_at=ends_at))


def _request(trace: Trace) -> Request:
    cause = causes.of(trace.cause) if trace.is_failure else None
    return Request(
        id=trace.id,
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
