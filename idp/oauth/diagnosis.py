"""Why a refused request failed, more precisely than the wire may say: the key of a cause, and what
differed. Looks only at refused requests, so it may ask the database once more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from idp import clock, opaque
from idp.clients import redirect_uri_likeness
from idp.clients.metadata import GRANT_TYPES
from idp.clients.registered import RegisteredClient
from idp.extensions import connection
from idp.oauth.errors import InvalidClient, OAuth2Error, PushRefused
from idp.oauth.explaining import address_causes, authentication
from idp.oauth.explaining.diagnosed import Diagnosis
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import Received
from idp.oauth.redaction import printable
from idp.oauth.tables import codes
from idp.traces import Difference

__all__ = ["Diagnosis", "of_judgement", "of_machine_request", "of_redirect_uri"]

_FOREIGN_REDIRECT_URI = "Invalid 'redirect_uri' in request."
"""What Authlib says when a code is exchanged with another address than it was asked for with."""

_BY_DESCRIPTION = {
    "Missing 'code' in request.": "code missing",
    "Missing 'refresh_token' in request.": "refresh_token missing",
    "The token is missing.": "token missing",
    "More than one client credential was sent.": "several credentials",
    "The client_id names another client than the Authorization header.": (
        "another client_id than the header's"
    ),
}

_CODE = select(
    codes.c.client_id,
    codes.c.redirect_uri,
    codes.c.code_challenge,
    codes.c.issued_at,
    codes.c.expires_at,
    codes.c.consumed_at,
).where(codes.c.digest == bindparam("wanted_digest"))


def of_redirect_uri(client: RegisteredClient, uri: str) -> Diagnosis:
    """Against the registered address that is most like it."""
    nearest = redirect_uri_likeness.nearest(client.redirect_uris, uri)
    if nearest is None:
        none = Difference("redirect_uri", "none is registered", _short(uri))
        return Diagnosis(address_causes.NOT_REGISTERED, (none,))
    kind = redirect_uri_likeness.difference(nearest, uri)
    difference = Difference(f"redirect_uri: {kind}", _short(nearest), _short(uri))
    return Diagnosis(address_causes.key(kind), (difference,))


def of_judgement(failed: str, client: RegisteredClient, received: Received) -> Diagnosis:
    """Of an authorization request whose client can be told."""
    sent = received.get(failed)
    match failed:
        case "code_challenge":
            return _of_challenge(received)
        case "scope" if sent is not None:
            registered = " ".join(sorted(client.scopes)) or "none"
            return Diagnosis(failed, (Difference("scope", registered, printable(sent, 300)),))
        case "response_type" if sent is not None:
            registered = " or ".join(sorted(client.response_types)) or "none"
            kind = Difference("response_type", registered, printable(sent, 100))
            return Diagnosis(failed, (kind,))
        case "no_repeated_parameters":
            return Diagnosis("repeated", tuple(_repeated(received)))
    return Diagnosis(failed)


def of_machine_request(
    endpoint: str, error: OAuth2Error, client: RegisteredClient | None, request: MachineRequest
) -> Diagnosis:
    """Of an endpoint where clients speak for themselves."""
    received = Received(request.parameters)
    reason = getattr(error, "reason", None) or error.get_error_description()
    if isinstance(error, InvalidClient):
        return authentication.explained(error, client, request)
    if isinstance(error, PushRefused) and client is not None:
        return _of_pushed(error, client, received)
    if received.repeated:
        return Diagnosis("repeated", tuple(_repeated(received)))
    if error.error == "invalid_grant" and (code := received.get("code")) and client is not None:
        return _of_code(code, client, reason, received)
    by_what_came = _BY_DESCRIPTION.get(reason) or _by_what_came(endpoint, received)
    if by_what_came is not None:
        return Diagnosis(by_what_came)
    return _of_code_word(error.error, client, received) or Diagnosis(reason)


def _of_pushed(error: PushRefused, client: RegisteredClient, received: Received) -> Diagnosis:
    """As of the same request at the authorization endpoint."""
    if error.failed == "require_sound_object":
        return Diagnosis(f"request object: {error.reason}")
    if error.failed != "redirect_uri":
        return of_judgement(error.failed, client, received)
    uri = received.get("redirect_uri")
    is_foreign = uri is not None and error.reason == address_causes.NOT_REGISTERED
    return of_redirect_uri(client, uri) if uri and is_foreign else Diagnosis(error.reason)


def _by_what_came(endpoint: str, received: Received) -> str | None:
    if received.unreadable():
        return "unreadable"
    return "grant_type" if endpoint == "token" and received.get("grant_type") is None else None


def _of_code_word(
    code_word: str, client: RegisteredClient | None, received: Received
) -> Diagnosis | None:
    """By the error's code, where that says enough."""
    match code_word:
        case "unsupported_grant_type":
            sent = printable(received.get("grant_type") or "", 100)
            offered = " or ".join(GRANT_TYPES)
            return Diagnosis("grant_type not offered", (Difference("grant_type", offered, sent),))
        case "unauthorized_client" if client is not None:
            return _of_grant(client, received)
        case "invalid_scope" if client is not None:
            return of_judgement("scope", client, received)
        case "invalid_target":
            return Diagnosis("resource")
        case "expired_token" | "access_denied":
            return Diagnosis(code_word)
    return None


def _of_grant(client: RegisteredClient, received: Received) -> Diagnosis:
    sent = received.get("grant_type") or "urn:ietf:params:oauth:grant-type:device_code"
    if sent == "client_credentials" and client.is_public:
        return Diagnosis("grant_type of confidential clients")
    registered = " or ".join(sorted(client.grant_types))
    grant = Difference("grant_type", registered, printable(sent, 100))
    return Diagnosis("grant_type not registered", (grant,))


def _of_challenge(received: Received) -> Diagnosis:
    challenge, method = received.get("code_challenge"), received.get("code_challenge_method")
    if challenge is None:
        return Diagnosis("code_challenge")
    if method != "S256":
        sent = printable(method or "(none, which means plain)", 100)
        return Diagnosis(
            "code_challenge by plain", (Difference("code_challenge_method", "S256", sent),)
        )
    length = Difference("code_challenge", "43 characters", f"{len(challenge)} characters")
    return Diagnosis("code_challenge malformed", (length,))


def _of_code(code: str, client: RegisteredClient, reason: str, received: Received) -> Diagnosis:
    row = connection().execute(_CODE, {"wanted_digest": opaque.digest(code)}).first()
    if row is None:
        return Diagnosis("code never issued")
    if row.client_id != client.client_id:
        whose = Difference("client_id", "the one that asked for the code", client.client_id)
        return Diagnosis("code of another client", (whose,))
    match reason:
        case _ if reason == _FOREIGN_REDIRECT_URI:
            return _of_other_redirect_uri(row.redirect_uri, received.get("redirect_uri"))
        case "code_verifier missing, malformed or unexpected":
            return Diagnosis(_verifier_cause(row.code_challenge, received.get("code_verifier")))
        case "code expired" | "code already used":
            return Diagnosis(reason, (_age_of(row) if "expired" in reason else _use_of(row),))
    return Diagnosis(reason)


def _age_of(row: Row[*tuple[Any, ...]]) -> Difference:
    age = round((clock.now() - row.issued_at).total_seconds())
    most = round((row.expires_at - row.issued_at).total_seconds())
    return Difference("age of the code", f"at most {most} seconds", f"{age} seconds")


def _use_of(row: Row[*tuple[Any, ...]]) -> Difference:
    first = f"exchanged at {row.consumed_at:%H:%M:%S} UTC" if row.consumed_at else "used just now"
    return Difference("code", "not used before", first)


def _of_other_redirect_uri(asked_with: str, sent: str | None) -> Diagnosis:
    kind = redirect_uri_likeness.difference(asked_with, sent) if sent else "missing"
    difference = Difference(f"redirect_uri: {kind}", _short(asked_with), _short(sent or "(none)"))
    return Diagnosis(address_causes.key(kind, address_causes.DIFFERS), (difference,))


def _verifier_cause(challenge: str | None, verifier: str | None) -> str:
    if challenge is None:
        return "code_verifier unexpected"
    if verifier is None:
        return "code_verifier missing"
    return "code_verifier missing, malformed or unexpected"


def _repeated(received: Received) -> tuple[Difference, ...]:
    return tuple(
        Difference(printable(name, 60), "once", "more than once")
        for name in sorted(received.repeated)
    )


def _short(uri: str) -> str:
    return printable(uri, 300)
