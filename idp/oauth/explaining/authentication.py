"""Why an app could not prove who it is, more precisely than the wire may say (RFC 6749 §5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from idp import clock, opaque
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import rfc6749_client_authentication
from idp.oauth.errors import InvalidClient, OAuth2Error
from idp.oauth.explaining.diagnosed import Diagnosis
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import NOTHING, Received
from idp.oauth.redaction import printable
from idp.signing import foreign_jwt
from idp.signing.foreign_jwt import Claims, InvalidForeignJwt
from idp.traces import Difference

SECRET_LENGTH = 43
"""Of those that we make."""
_HASHES = re.compile(r"\$2[aby]\$.{56}|\$argon2.+|\$pbkdf2.+|(sha256[:$])?[0-9a-fA-F]{64}")
_ALIKE = 0.75
"""How much of its letters a header has to share with `authorization` to be meant as that."""
_LONGEST_NAME = 40
_NO_CREDENTIAL = frozenset({"no credential", "method none is not registered"})


def explained(
    error: InvalidClient, client: RegisteredClient | None, request: MachineRequest
) -> Diagnosis:
    """By the reason that the refusal gave itself."""
    reason, received = error.reason, Received(request.parameters)
    if reason in _NO_CREDENTIAL and (misspelt := misspelt_header(request)):
        name = Difference("name of the header", "authorization", misspelt[0])
        return Diagnosis("header misspelt", (name,))
    if client is None:
        return Diagnosis(reason)
    return _of_known(client, reason, request.authorization, received)


def _of_known(
    client: RegisteredClient, reason: str, authorization: str | None, received: Received
) -> Diagnosis:
    match reason.partition(" ")[0].rstrip(":"):
        case "client":
            return Diagnosis("client disabled")
        case "wrong":
            return _of_secret(client, _offered(authorization, received))
        case "method":
            return _of_method(client, reason)
        case "assertion":
            return _of_assertion(reason, received)
    return Diagnosis(reason)


def claimed_client(request: MachineRequest) -> RegisteredClient | None:
    """Whose the request says it is, before anything was proven: for whom the explanation is."""
    named = Received(request.parameters).get("client_id")
    for value in (request.authorization, *(value for _, value in _alike(request))):
        if named is None and value is not None:
            named = _named_by_basic(value)
    return registry.find(named) if named and registry.is_well_formed(named) else None


def misspelt_header(request: MachineRequest) -> tuple[str, str] | None:
    """A header that was probably meant as Authorization."""
    return next(_alike(request), None)


def _alike(request: MachineRequest) -> Iterator[tuple[str, str]]:
    for name, value in request.headers():
        lower = name.lower()
        if lower == "authorization" or len(lower) > _LONGEST_NAME:
            continue
        begins_alike = value.lower().startswith(("basic ", "bearer "))
        if begins_alike and SequenceMatcher(None, lower, "authorization").ratio() >= _ALIKE:
            yield lower, value


def _named_by_basic(value: str) -> str | None:
    try:
        offered = rfc6749_client_authentication.offered(value, NOTHING)
    except OAuth2Error:
        return None
    return offered.client_id


def _offered(authorization: str | None, received: Received) -> str:
    try:
        return rfc6749_client_authentication.offered(authorization, received).secret or ""
    except OAuth2Error:
        return ""


def _of_secret(client: RegisteredClient, secret: str) -> Diagnosis:
    """Only its shape is told, never a part of it."""
    now = clock.now()
    if _HASHES.fullmatch(secret.strip()):
        return Diagnosis("secret is a hash")
    if client.accepts_secret(secret.strip(), now):
        return Diagnosis("secret has spaces")
    if secret.strip() == client.client_id:
        return Diagnosis("secret is the client_id")
    digest = opaque.digest(secret)
    ended = [one for one in client.secrets if opaque.same(one.digest, digest)]
    if ended and ended[0].expires_at is not None:
        until = f"valid until {ended[0].expires_at:%Y-%m-%d %H:%M} UTC"
        return Diagnosis("secret expired", (Difference("client_secret", "the new one", until),))
    length = Difference("client_secret", f"{SECRET_LENGTH} characters", f"{len(secret)} characters")
    return Diagnosis("wrong secret", () if len(secret) == SECRET_LENGTH else (length,))


def _of_method(client: RegisteredClient, reason: str) -> Diagnosis:
    used = reason.split()[1]
    registered = client.token_endpoint_auth_method or "client_secret_basic or _post"
    method = (Difference("token_endpoint_auth_method", registered, used),)
    if client.is_public and used.startswith("client_secret"):
        return Diagnosis("public client sends a secret", method)
    if used == "none" and client.uses_secret:
        return Diagnosis("secret missing", method)
    return Diagnosis(reason, method)


def _of_assertion(reason: str, received: Received) -> Diagnosis:
    """What an assertion says of itself is no secret; its signature is never shown."""
    what = reason.removeprefix("assertion").strip(": ")
    claims = foreign_jwt.peek(received.get("client_assertion") or "")
    for beginning, cause, differences in _ASSERTIONS:
        if what.startswith(beginning):
            return Diagnosis(cause, tuple(differences(claims)))
    told = Difference("client_assertion", "see RFC 7523 §3", what)
    return Diagnosis("assertion", (told,))


def _audiences(claims: Claims) -> Iterator[Difference]:
    try:
        named = foreign_jwt.audience(claims)
    except InvalidForeignJwt:
        named = ()
    sent = " ".join(printable(one, 200) for one in named) or "none"
    yield Difference("aud", settings().issuer, sent)


def _times(claims: Claims) -> Iterator[Difference]:
    now = round(clock.now().timestamp())
    for name in ("iat", "nbf", "exp"):
        value = claims.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
            distance = round(value) - now
            direction = "ahead of" if distance > 0 else "behind"
            expected = "after now, within 300 s" if name == "exp" else "not after now"
            yield Difference(name, expected, f"{abs(distance)} s {direction} our clock")


def _nothing(_: Claims) -> Iterator[Difference]:
    yield from ()


_ASSERTIONS = (
    ("for another audience", "assertion audience", _audiences),
    ("exp missing or past", "assertion expired", _times),
    ("exp too far ahead", "assertion too long", _times),
    ("iat in the future", "assertion from the future", _times),
    ("nbf in the future", "assertion from the future", _times),
    ("jti used before", "assertion used before", _nothing),
    ("no key of the client", "assertion key", _nothing),
)
"""How a reason begins, its cause, and what is compared."""
