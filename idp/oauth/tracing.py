"""Makes traces of requests: what came (redacted), which judgement failed, why, and what a success
left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from idp import clock, origin, traces
from idp.clients.registered import RegisteredClient
from idp.oauth import diagnosis, redaction, rules
from idp.oauth.diagnosis import Diagnosis
from idp.oauth.errors import OAuth2Error, ShownError
from idp.oauth.explaining import address_causes, authentication, bearer, judgements, left_out
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import NOTHING, Received
from idp.oauth.request import AuthorizationRequest
from idp.traces import OK, Difference, Dropped, Trace

AUTHORIZE = "authorize"
USERINFO = "userinfo"
_TRUST = ("client_id", "redirect_uri")
"""What is judged before the table of rules."""


def shown(received: Received, error: ShownError) -> None:
    """The request could not be answered to its client; the user saw a page."""
    client = error.client
    if not _wants(client, is_failure=True):
        return
    found = Diagnosis(error.detail)
    uri = received.get("redirect_uri")
    if client is not None and uri is not None and error.detail == address_causes.NOT_REGISTERED:
        found = diagnosis.of_redirect_uri(client, uri)
    is_client = client is None or error.detail == "client disabled"
    failed = "client_id" if is_client else "redirect_uri"
    passed = () if is_client else ("client_id",)
    _put(AUTHORIZE, error.code, client, received, found, passed=passed, failed=failed)


def refused(received: Received, fault: rules.Refused) -> None:
    """The client was told."""
    client = fault.asked.client
    if not _wants(client, is_failure=True):
        return
    reason = getattr(fault.error, "reason", None)
    is_object = fault.failed == "require_sound_object"
    judged = diagnosis.of_judgement(fault.failed, client, fault.asked.received)
    found = Diagnosis(f"request object: {reason}") if is_object else judged
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
    if _wants(client, is_failure=False):
        _put(
            AUTHORIZE,
            OK,
            client,
            received,
            Diagnosis(None),
            passed=_TRUST + rules.JUDGEMENTS,
            dropped=tuple(left_out.of_request(received, request)),
        )


def allowed(request: AuthorizationRequest, scope: tuple[str, ...]) -> None:
    """A code was issued; told only when the user allowed less than the request asked for."""
    dropped = tuple(left_out.by_user(request.scope, scope))
    if dropped and _wants(request.client, is_failure=False):
        found = Diagnosis(None)
        _put(AUTHORIZE, OK, request.client, NOTHING, found, passed=("the user",), dropped=dropped)


def ended(request: AuthorizationRequest, code: str) -> None:
    """A sound request was answered without a code."""
    if _wants(request.client, is_failure=True):
        passed = _TRUST + rules.JUDGEMENTS
        found = Diagnosis(code)
        _put(AUTHORIZE, code, request.client, NOTHING, found, passed=passed, failed="the user")


def answered(
    endpoint: str,
    received: Received,
    client: RegisteredClient | None,
    dropped: Iterable[Dropped] = (),
) -> None:
    """A machine endpoint gave what was asked for. `dropped` is only looked at when it is kept."""
    if _wants(client, is_failure=False):
        # Which judgements it passed is known without being written down.
        _put(endpoint, OK, client, received, Diagnosis(None), dropped=tuple(dropped))


def denied(
    endpoint: str, request: MachineRequest, client: RegisteredClient | None, error: OAuth2Error
) -> None:
    """A machine endpoint refused. Who has not proven itself is told under the name it claims."""
    whose = client or authentication.claimed_client(request)
    if _wants(whose, is_failure=True):
        found = diagnosis.of_machine_request(endpoint, error, whose, request)
        _put_machine(endpoint, error.error, whose, request, found)


def token_refused(request: MachineRequest, error: OAuth2Error) -> None:
    """UserInfo did not take an access token."""
    whose = bearer.claimed_client(request)
    if _wants(whose, is_failure=True):
        found = bearer.explained(error, request)
        _put_machine(USERINFO, error.error or "invalid_token", whose, request, found)


def misdirected(endpoint: str, request: MachineRequest, found: Diagnosis) -> None:
    """It never came to a judgement: by a wrong address or method, or nothing that can be read."""
    whose = authentication.claimed_client(request)
    if _wants(whose, is_failure=True):
        _put_machine(endpoint, "invalid_request", whose, request, found)


def stayed_here(received: Received, client: RegisteredClient | None, cause: str) -> None:
    """A request to sign out was answered, and did not lead back to its application."""
    if _wants(client, is_failure=True):
        found = Diagnosis(cause, left_out.of_logout(received, client, cause))
        failed = judgements.failed_by(cause)
        passed = judgements.before(failed, judgements.of("logout", None))
        _put("logout", "not_followed", client, received, found, passed=passed, failed=failed)


def not_registered(client: RegisteredClient | None, error: OAuth2Error) -> None:
    """A client that wanted to register itself, or to change its registration, was refused."""
    if not _wants(client, is_failure=True):
        return
    is_token = error.error == "invalid_token"
    cause = "registration token" if is_token else "registration"
    told = redaction.printable(error.get_error_description() or "", redaction.LONGEST_VALUE)
    differences = () if is_token else (Difference("metadata", "what can be registered", told),)
    failed = judgements.failed_by(cause)
    passed = judgements.before(failed, judgements.of("registration", None))
    found = Diagnosis(cause, differences)
    _put("registration", error.error, client, NOTHING, found, passed=passed, failed=failed)


def _wants(client: RegisteredClient | None, *, is_failure: bool) -> bool:
    return traces.wants(client.client_id if client else None, is_failure=is_failure)


def _put_machine(
    endpoint: str,
    outcome: str,
    client: RegisteredClient | None,
    request: MachineRequest,
    found: Diagnosis,
) -> None:
    received = Received(request.parameters)
    failed = judgements.failed_by(found.cause)
    order = judgements.of(endpoint, received.get("grant_type"))
    passed = judgements.before(failed, order)
    header = redaction.header(request.authorization)
    _put(endpoint, outcome, client, received, found, passed=passed, failed=failed, header=header)


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
    header: tuple[tuple[str, str], ...] = (),
) -> None:
    traces.put(
        Trace(
            endpoint=endpoint,
            outcome=outcome,
            reference=origin.current().reference,
            happened_at=clock.now(),
            client_id=client.client_id if client else None,
            received=header + redaction.shown(received),
            passed=passed,
            failed=failed,
            cause=found.cause,
            differences=found.differences,
            dropped=dropped,
        )
    )
