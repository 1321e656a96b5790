"""Why an access token was not accepted (RFC 6750 §3.1 has one word for every reason), and whose it
is. What a token says is read without being believed, and only `iss`, `aud` and `exp` are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp import clock
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import refresh_tokens, rfc6750_bearer
from idp.oauth.errors import InvalidProof, OAuth2Error
from idp.oauth.explaining import authentication
from idp.oauth.explaining.diagnosed import Diagnosis
from idp.oauth.machine import MachineRequest
from idp.oauth.redaction import printable
from idp.oauth.rfc6750_bearer import InsufficientScope, InvalidToken, NoToken
from idp.signing import foreign_jwt
from idp.signing.foreign_jwt import Claims, InvalidForeignJwt
from idp.traces import Difference


def explained(error: OAuth2Error, request: MachineRequest) -> Diagnosis:
    """Of a request to UserInfo."""
    if isinstance(error, NoToken):
        return _of_nothing(request)
    if isinstance(error, InsufficientScope):
        return Diagnosis("openid missing")
    if isinstance(error, InvalidProof):
        return Diagnosis(error.reason)
    if not isinstance(error, InvalidToken):
        return Diagnosis("token sent twice")
    if error.reason == "not a good access token of ours":
        return _of_token(_token(request))
    return Diagnosis(error.reason)


def claimed_client(request: MachineRequest) -> RegisteredClient | None:
    """Whom the token names as the one that it was issued to."""
    claims = foreign_jwt.peek(_token(request))
    named = claims.get("client_id", claims.get("aud"))
    return registry.find(named) if isinstance(named, str) and _is_id(named) else None


def _is_id(text: str) -> bool:
    return registry.is_well_formed(text)


def _of_nothing(request: MachineRequest) -> Diagnosis:
    misspelt = authentication.misspelt_header(request)
    if misspelt:
        name = Difference("name of the header", "authorization", misspelt[0])
        return Diagnosis("header misspelt", (name,))
    return Diagnosis("token missing" if request.authorization is None else "token without Bearer")


def _token(request: MachineRequest) -> str:
    try:
        return rfc6750_bearer.presented(request).token
    except OAuth2Error:
        return ""


def _of_token(token: str) -> Diagnosis:
    if token.startswith(refresh_tokens.PREFIX):
        return Diagnosis("refresh token as access token")
    claims = foreign_jwt.peek(token)
    if not claims:
        return Diagnosis("token is broken")
    issuer = claims.get("iss")
    if issuer != settings().issuer:
        sent = printable(str(issuer), 200)
        return Diagnosis("token of another issuer", (Difference("iss", settings().issuer, sent),))
    if "client_id" not in claims:
        return Diagnosis("ID token as access token")
    expired = tuple(_age(claims))
    if expired:
        return Diagnosis("access token expired", expired)
    return _of_audience(claims)


def _age(claims: Claims) -> Iterator[Difference]:
    expires_at, now = claims.get("exp"), round(clock.now().timestamp())
    if isinstance(expires_at, int) and expires_at <= now:
        yield Difference("exp", "after now", f"{now - expires_at} s ago")


def _of_audience(claims: Claims) -> Diagnosis:
    try:
        named = foreign_jwt.audience(claims)
    except InvalidForeignJwt:
        return Diagnosis("token is broken")
    if settings().issuer in named:
        return Diagnosis("token is broken")
    sent = " ".join(printable(one, 200) for one in named) or "none"
    return Diagnosis("token for another audience", (Difference("aud", settings().issuer, sent),))
