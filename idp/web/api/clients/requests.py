"""What became of an app's requests in the last day, and why: redacted, as on the pages."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp import traces
from idp.accounts import app_people, permissions
from idp.accounts.permissions import Permission
from idp.clients import register, registry
from idp.clients.metadata import Invalid
from idp.clients.register import Outdated, Registered
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import causes
from idp.oauth.explaining import curl, judgements, remedies
from idp.oauth.explaining.remedies import Remedy
from idp.traces import Trace
from idp.web import bearer, explanation_link
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients.show import Client, changeable, existing, members
from idp.web.api.model import Because, Model
from idp.web.api.operation import operation
from idp.web.problems import Fault, Kind, Refused

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


class Mending(Model):
    """What of the registration would give a request what it lacked."""

    member: str
    value: str = Field(description="To be added to a list, or to take the place of what is there.")


class Mended(Because, Mending):
    """One of those that are offered."""


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
    passed: list[str] = Field(description="Judgements that it passed, in their order.")
    failed: str | None = Field(None, description="The judgement that it failed.")
    curl: str | None = Field(None, description="The same request, with variables for secrets.")
    remedies: list[Mending]


class Link(Model):
    """Nothing else is opened by it."""

    url: str
    ends_at: datetime


class RequestList(Model):
    """Requests, the newest first."""

    items: list[Request]


@operation("GET", "/requests", READS, query=Wanted, answer=RequestList, reach=Reach.THEIR_CLIENTS)
def find_requests(asked: Wanted) -> Answer:
    """Requests by the reference that an error page showed.

    Who looks after apps and has no role that would do finds those of these apps.
    """
    found = traces.of_reference(asked.reference)
    return Answer(RequestList(items=[_request(one) for one in found if _is_for_caller(one)]))


@operation(
    "GET", "/clients/<path:client_id>/requests", READS, query=Latest, answer=RequestList,
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
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
    return _shared(trace)


@operation(
    "POST", "/clients/<path:client_id>/requests/<trace_id>/links", Permission.REQUESTS_WRITE,
    answer=Link, status=201, reach=Reach.THIS_CLIENT,
)  # fmt: skip
def share_client_request(client_id: str, trace_id: str) -> Answer:
    """Make a link that explains one request of this app."""
    return _shared(_trace_of(existing(client_id), trace_id))


@operation(
    "POST", "/clients/<path:client_id>/requests/<trace_id>/mend", Permission.OWN_CLIENT_WRITE,
    body=Mended, answer=Client, refuses=(Kind.OUT_OF_REACH, Kind.CONFLICT, Kind.OUTDATED),
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
def mend_client(client_id: str, trace_id: str, given: Mended) -> Answer:
    """Register what a request lacked: one of the `remedies` that it is shown with."""
    found = changeable(client_id)
    remedy = Remedy(given.member, given.value)
    if remedy not in remedies.of(_trace_of(found, trace_id), found):
        raise Refused(Kind.CONFLICT, "This is not, or not any more, what the request lacked.")
    match remedies.register_it(found, remedy, reason=given.reason):
        case Registered(client=now):
            return Answer(Client(**members(now)), version=register.version_of(now))
        case Invalid(problems=problems):
            faults = (Fault(f"{member}: {says}") for member, says in problems.items())
            raise Refused(Kind.INVALID, None, *faults)
        case Outdated():
            raise Refused(Kind.OUTDATED)
    raise Refused(Kind.NOT_FOUND)


def _shared(trace: Trace) -> Answer:
    url, ends_at = explanation_link.make(trace)
    return Answer(Link(url=url, ends_at=ends_at))


def _trace_of(client: RegisteredClient, trace_id: str) -> Trace:
    """The app's own; any other one is not there."""
    trace = traces.find(trace_id)
    if trace is None or trace.client_id != client.client_id:
        raise Refused(Kind.NOT_FOUND)
    return trace


def _is_for_caller(trace: Trace) -> bool:
    """By role those of every app, and of none; by standing those of one's own."""
    user = bearer.caller().user
    if user is None or permissions.allows(user.role, READS):
        return True
    return trace.client_id in {app.client_id for app in app_people.apps_of(user.id)}


def _request(trace: Trace) -> Request:
    cause = causes.of(trace.cause) if trace.is_failure else None
    client = registry.find(trace.client_id) if trace.client_id else None
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
        passed=[judgements.words(name) for name in judgements.passed_by(trace)],
        failed=judgements.words(trace.failed) if trace.failed else None,
        curl=curl.of(trace, settings().issuer),
        remedies=[
            Mending(member=one.member, value=one.value)
            for one in (remedies.of(trace, client) if client else ())
        ],
    )
