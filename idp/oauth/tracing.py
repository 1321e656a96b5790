"""Makes traces of requests: what came (redacted), which judgement failed, why, and what a success
left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp import clock, origin, traces
from idp.authentication.assurance import level_of
from idp.clients.registered import RegisteredClient
from idp.oauth import diagnosis, redaction, rules
from idp.oauth.diagnosis import Diagnosis
from idp.oauth.errors import OAuth2Error, ShownError
from idp.oauth.parameters import Received
from idp.oauth.request import AuthorizationRequest
from idp.traces import OK, Dropped, Trace

AUTHORIZE = "authorize"
_TRUST = ("client_id", "redirect_uri")
"""What is judged before the table of rules."""
_KNOWN = redaction.SHOWN | {
    "claims", "code_challenge", "id_token_hint", "login_hint", "nonce", "registration", "request",
    "state",
}  # fmt: skip


def shown(received: Received, error: ShownError) -> None:
    """The request could not be answered to its client; the user saw a page."""
    client = error.client
    if not traces.wants(client.client_id if client else None, is_failure=True):
        return
    found = Diagnosis(error.detail)
    uri = received.get("redirect_uri")
    if client is not None and uri is not None and error.detail == "redirect_uri not registered":
        found = diagnosis.of_redirect_uri(client, uri)
    failed = "client_id" if client is None else "redirect_uri"
    passed = () if client is None else ("client_id",)
    _put(AUTHORIZE, error.code, client, received, found, passed=passed, failed=failed)


def refused(received: Received, fault: rules.Refused) -> None:
    """The client was told."""
    client = fault.asked.client
    if not traces.wants(client.client_id, is_failure=True):
        return
    reason = getattr(fault.error, "reason", None)
    is_object = fault.failed == "require_sound_object"
    found = Diagnosis(f"request object: {reason}") if is_object else Diagnosis(fault.failed)
    _put(
        AUTHORIZE,
        fault.error.error,
        client,
        received,
        found,
        passed=_TRUST + fault.passed,
        failed=fault.failed,
    )


def accepted(received: Received, request: AuthorizationRequest) -> None:
    """Every judgement passed; what was asked for and not granted is told with its reason."""
    client = request.client
    if traces.wants(client.client_id, is_failure=False):
        dropped = tuple(_dropped(received, request))
        _put(
            AUTHORIZE,
            OK,
            client,
            received,
            Diagnosis(None),
            passed=_TRUST + rules.JUDGEMENTS,
            dropped=dropped,
        )


def ended(request: AuthorizationRequest, code: str) -> None:
    """A sound request was answered without a code."""
    if traces.wants(request.client.client_id, is_failure=True):
        _put(AUTHORIZE, code, request.client, Received(()), Diagnosis(code), failed="the user")


def answered(endpoint: str, received: Received, client: RegisteredClient | None) -> None:
    """A machine endpoint gave what was asked for."""
    if traces.wants(client.client_id if client else None, is_failure=False):
        _put(endpoint, OK, client, received, Diagnosis(None))


def denied(
    endpoint: str,
    received: Received,
    authorization: str | None,
    client: RegisteredClient | None,
    error: OAuth2Error,
) -> None:
    """A machine endpoint refused."""
    if traces.wants(client.client_id if client else None, is_failure=True):
        found = diagnosis.of_machine_request(endpoint, error, client, authorization, received)
        _put(endpoint, error.error, client, received, found, failed=found.cause)


def _put(
    endpoint: str,
    outcome: str,
    client: RegisteredClient | None,
    received: Received,
    found: Diagnosis,
    *,
    passed: tuple[str, ...] = (),
    failed: str | None = None,
    dropped: tuple[Dropped, ...] = (),
) -> None:
    traces.put(
        Trace(
            endpoint=endpoint,
            outcome=outcome,
            reference=origin.current().reference,
            happened_at=clock.now(),
            client_id=client.client_id if client else None,
            received=redaction.shown(received),
            passed=passed,
            failed=failed,
            cause=found.cause,
            differences=found.differences,
            dropped=dropped,
        )
    )


def _dropped(received: Received, request: AuthorizationRequest) -> Iterator[Dropped]:
    client = request.client
    for name in (received.get("scope") or "").split():
        if name not in request.scope:
            yield Dropped(f"scope {redaction.printable(name, 60)}", _why_no_scope(client, name))
    for value in (received.get("acr_values") or "").split():
        if not level_of(value):
            yield Dropped(f"acr_values {redaction.printable(value, 100)}", "no level of this name")
    for name in dict.fromkeys(name for name, _ in received.parameters):
        if name not in _KNOWN:
            yield Dropped(redaction.printable(name, 60), "no parameter of this name is known here")


def _why_no_scope(client: RegisteredClient, name: str) -> str:
    if name in client.scopes:
        return "the application is not registered for the grant type refresh_token"
    return "not among the scopes that the application is registered for"
