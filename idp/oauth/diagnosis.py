"""Why a refused request failed, more precisely than the wire may say: the key of a cause, and what
differed. Looks only at refused requests, so it may ask the database once more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from idp import clock, opaque
from idp.clients import redirect_uri
from idp.clients.registered import RegisteredClient
from idp.oauth import rfc6749_client_authentication
from idp.oauth.errors import InvalidClient, OAuth2Error
from idp.oauth.parameters import Received
from idp.oauth.redaction import printable
from idp.oauth.tables import codes, connection
from idp.traces import Difference

_HASHES = re.compile(r"\$2[aby]\$.{56}|\$argon2.+|\$pbkdf2.+|(sha256[:$])?[0-9a-fA-F]{64}")
_FOREIGN_REDIRECT_URI = "Invalid 'redirect_uri' in request."
"""What Authlib says when a code is exchanged with another address than it was asked for with."""

_BY_ERROR = {
    "unsupported_grant_type": "grant_type",
    "invalid_scope": "scope",
    "invalid_target": "resource",
}

_CODE = select(
    codes.c.client_id,
    codes.c.redirect_uri,
    codes.c.issued_at,
    codes.c.expires_at,
    codes.c.consumed_at,
).where(codes.c.digest == bindparam("wanted_digest"))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`cause`: a key of `causes`."""

    cause: str | None
    differences: tuple[Difference, ...] = ()


def of_redirect_uri(client: RegisteredClient, uri: str) -> Diagnosis:
    """Against the registered address that is most like it."""
    cause = "redirect_uri not registered"
    nearest = redirect_uri.nearest(client.redirect_uris, uri)
    if nearest is None:
        return Diagnosis(cause, (Difference("redirect_uri", "none is registered", _short(uri)),))
    kind = redirect_uri.difference(nearest, uri)
    return Diagnosis(cause, (Difference(f"redirect_uri: {kind}", _short(nearest), _short(uri)),))


def of_machine_request(
    endpoint: str,
    error: OAuth2Error,
    client: RegisteredClient | None,
    authorization: str | None,
    received: Received,
) -> Diagnosis:
    """Of an endpoint where clients speak for themselves."""
    reason = getattr(error, "reason", None)
    if isinstance(error, InvalidClient):
        return _of_client(error, client, authorization, received)
    if error.error == "invalid_grant" and (code := received.get("code")) and client is not None:
        return _of_code(code, client, reason or error.get_error_description(), received)
    if received.repeated:
        return Diagnosis("repeated")
    if received.get("grant_type") is None and error.error == "invalid_request":
        return Diagnosis("grant_type" if endpoint == "token" else error.get_error_description())
    return Diagnosis(_BY_ERROR.get(error.error, reason or error.get_error_description()))


def _of_client(
    error: InvalidClient,
    client: RegisteredClient | None,
    authorization: str | None,
    received: Received,
) -> Diagnosis:
    if error.reason == "wrong secret" and client is not None:
        return _of_secret(client, offered_secret(authorization, received))
    if error.reason.startswith("method ") and client is not None:
        registered = client.token_endpoint_auth_method or "client_secret_basic or _post"
        used = error.reason.split()[1]
        method = Difference("token_endpoint_auth_method", registered, used)
        return Diagnosis(error.reason, (method,))
    if error.reason.startswith("assertion"):
        what = error.reason.removeprefix("assertion").strip(": ")
        return Diagnosis("assertion", (Difference("client_assertion", "see RFC 7523 §3", what),))
    return Diagnosis(error.reason)


def _of_secret(client: RegisteredClient, secret: str) -> Diagnosis:
    """Only its shape is told, never a part of it."""
    now = clock.now()
    if _HASHES.fullmatch(secret.strip()):
        return Diagnosis("secret is a hash")
    if client.accepts_secret(secret.strip(), now):
        return Diagnosis("secret has spaces")
    digest = opaque.digest(secret)
    ended = [one for one in client.secrets if opaque.same(one.digest, digest)]
    if ended and ended[0].expires_at is not None:
        until = f"valid until {ended[0].expires_at:%Y-%m-%d %H:%M} UTC"
        return Diagnosis("secret expired", (Difference("client_secret", "the new one", until),))
    length = Difference("client_secret", "43 characters", f"{len(secret)} characters")
    return Diagnosis("wrong secret", () if len(secret) == 43 else (length,))


def offered_secret(authorization: str | None, received: Received) -> str:
    """What came as secret; nothing when there is none that can be read."""
    try:
        return rfc6749_client_authentication.offered(authorization, received).secret or ""
    except OAuth2Error:
        return ""


def _of_code(code: str, client: RegisteredClient, reason: str, received: Received) -> Diagnosis:
    row = connection().execute(_CODE, {"wanted_digest": opaque.digest(code)}).first()
    if row is None:
        return Diagnosis("code never issued")
    if row.client_id != client.client_id:
        whose = Difference("client_id", "the one that asked for the code", client.client_id)
        return Diagnosis("code of another client", (whose,))
    if reason == _FOREIGN_REDIRECT_URI:
        sent = received.get("redirect_uri")
        kind = redirect_uri.difference(row.redirect_uri, sent) if sent else "missing"
        difference = Difference(
            f"redirect_uri: {kind}", _short(row.redirect_uri), _short(sent or "(none)")
        )
        return Diagnosis("redirect_uri differs", (difference,))
    if reason == "code expired":
        age = round((clock.now() - row.issued_at).total_seconds())
        most = round((row.expires_at - row.issued_at).total_seconds())
        late = Difference("age of the code", f"at most {most} seconds", f"{age} seconds")
        return Diagnosis(reason, (late,))
    if row.consumed_at is not None:
        first = f"exchanged at {row.consumed_at:%H:%M:%S} UTC"
        return Diagnosis("code already used", (Difference("code", "not used before", first),))
    return Diagnosis(reason)


def _short(uri: str) -> str:
    return printable(uri, 300)
