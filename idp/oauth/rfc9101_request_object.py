"""RFC 9101, OpenID Connect Core §6: an authorization request in a JWT that the client has signed.

What it holds wins over what stands beside it; what stands only beside it is heard, as OpenID
Connect wants (Core §6.1), unless the client has to sign its requests (§10.5). Never unsigned, never
encrypted. Of a refused object an error goes to a redirect URI only if what stands beside it does
not contradict.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import clock
from idp.clients import keys
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import oidc_core_request_uri
from idp.oauth.asked import Asked
from idp.oauth.errors import InvalidRequestObject, OAuth2Error, ShownError
from idp.oauth.parameters import Received
from idp.signing import foreign_jwt
from idp.signing.algorithms import ALGORITHMS
from idp.signing.foreign_jwt import LARGEST_SKEW, Claims, ForeignJwt, InvalidForeignJwt

METADATA = {
    "request_parameter_supported": True,
    "request_object_signing_alg_values_supported": list(ALGORITHMS),
    # To be said even if it is false (OIDC Discovery §3); `oidc_core_request_uri` may know better.
    "request_uri_parameter_supported": False,
}

_TYPES = frozenset({None, "jwt", "oauth-authz-req+jwt"})
_BY = frozenset({"request", "request_uri"})
_NO_PARAMETERS = _BY | {"client_id", "iss", "sub", "aud", "exp", "nbf", "iat", "jti"}
_STRINGS = frozenset(
    {
        *("response_type", "response_mode", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method", "prompt", "acr_values", "display"),
        *("id_token_hint", "login_hint", "ui_locales", "claims_locales", "dpop_jkt"),
    }
)
_OBJECTS = frozenset({"claims", "registration"})


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The parameters that count, and what is wrong with the object that they came in."""

    received: Received
    fault: OAuth2Error | None = None


def unpack(outer: Received, client: RegisteredClient) -> Unpacked:
    """§6.3. A fault is not raised: it is told to whom the unpacked parameters say."""
    if not is_one(outer):
        return Unpacked(outer)
    if outer.repeated:
        raise ShownError("invalid_request", "A parameter was sent more than once.", client=client)
    try:
        token = _token(outer, client)
    except OAuth2Error as fault:
        return Unpacked(outer, fault)
    try:
        jwt = foreign_jwt.read(token)
        _require_signature(jwt, client)
        _require_parties(jwt.unverified, client)
        _require_times(jwt.unverified)
        _require_parameters(jwt.unverified)
        _require_same_response_type(outer, jwt.unverified)
    except InvalidForeignJwt as fault:
        return _refused(outer, client, foreign_jwt.peek(token), InvalidRequestObject(str(fault)))
    except InvalidRequestObject as fault:
        return _refused(outer, client, jwt.unverified, fault)
    if client.require_signed_request_object:
        return Unpacked(_alone(outer, jwt.unverified))
    return Unpacked(_merged(outer, jwt.unverified))


def is_one(outer: Received) -> bool:
    """Whether the parameters come in an object, by value or by reference."""
    return not _BY.isdisjoint(outer.values)


def require_signed(asked: Asked) -> None:
    """§10.5."""
    if asked.client.require_signed_request_object and not asked.is_signed:
        raise InvalidRequestError("This client has to sign its authorization requests.")


def require_sound_object(asked: Asked) -> None:
    """OIDC Core §3.1.2.6: what `unpack` has found."""
    if asked.fault is not None:
        raise asked.fault


def _token(outer: Received, client: RegisteredClient) -> str:
    """§5: by value or by reference, not both."""
    by_value, by_reference = outer.get("request"), outer.get("request_uri")
    if by_reference is None:
        return by_value or ""
    if by_value is not None:
        raise InvalidRequestError("The request and the request_uri exclude each other.")
    return oidc_core_request_uri.fetch(client, by_reference)


def _refused(
    outer: Received, client: RegisteredClient, claims: Claims, fault: InvalidRequestObject
) -> Unpacked:
    """OIDC Core §6.1: of two addresses neither is believed, and the user is told instead."""
    beside = outer.get("redirect_uri")
    if beside is not None and claims.get("redirect_uri", beside) != beside:
        raise ShownError(
            fault.error, fault.get_error_description(), detail=fault.reason, client=client
        )
    return Unpacked(_merged(outer, claims), fault)


def _merged(outer: Received, claims: Claims) -> Received:
    """OIDC Core §6.1: a name that stands in the object is not looked for beside it."""
    beside = [
        (name, value)
        for name, value in outer.parameters
        if name == "client_id" or (name not in claims and name not in _BY)
    ]
    return Received([*beside, *_inner(claims)])


def _alone(outer: Received, claims: Claims) -> Received:
    """§6.3: what stands beside it nobody has signed."""
    named = [(name, value) for name, value in outer.parameters if name == "client_id"]
    return Received([*named, *_inner(claims)])


def _inner(claims: Claims) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, value in claims.items()
        if name not in _NO_PARAMETERS
        for text in _texts(name, value)
    ]


def _texts(name: str, value: Any) -> list[str]:  # noqa: ANN401  whatever JSON can hold
    """§4: strings, but for the parameters that are something else in JSON. Empty: it is neither."""
    if isinstance(value, str):
        return [value]
    if name in _OBJECTS and isinstance(value, dict):
        return _written(value)
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return [str(value)]
    if name == "resource" and isinstance(value, list):
        return value if all(isinstance(one, str) for one in value) else []
    return []


def _written(value: dict[str, Any]) -> list[str]:
    try:
        return [json.dumps(value)]
    except RecursionError:
        return []


def _require_signature(jwt: ForeignJwt, client: RegisteredClient) -> None:
    """§6.2, §10.8: by the client, by its algorithm, and made to be a request object."""
    if client.request_object_signing_alg not in {None, jwt.alg}:
        raise InvalidRequestObject("another alg than registered")
    if not client.may_sign_by(jwt.alg):
        raise InvalidRequestObject("an alg that FAPI 2.0 does not allow")
    if jwt.typ not in _TYPES:
        raise InvalidRequestObject("a JWT for another purpose")
    if not keys.have_signed(client, jwt):
        raise InvalidRequestObject("no key of the client made the signature")


def _require_parties(claims: Claims, client: RegisteredClient) -> None:
    """§4, §5: from this client, for us."""
    for name in ("client_id", "iss"):
        if claims.get(name, client.client_id) != client.client_id:
            raise InvalidRequestObject(f"{name} is another client")
    if "aud" in claims and settings().issuer not in foreign_jwt.audience(claims):
        raise InvalidRequestObject("for another audience")


def _require_times(claims: Claims) -> None:
    """RFC 7519 §4.1.4, §4.1.5."""
    now = clock.now().timestamp()
    expires_at = foreign_jwt.instant(claims, "exp")
    if expires_at is not None and expires_at <= now:
        raise InvalidRequestObject("expired")
    if (foreign_jwt.instant(claims, "nbf") or 0) > now + LARGEST_SKEW:
        raise InvalidRequestObject("nbf in the future")


def _require_same_response_type(outer: Received, claims: Claims) -> None:
    """OIDC Core §6.1: the one beside the object matches the one inside."""
    beside = outer.get("response_type")
    if beside is not None and claims.get("response_type", beside) != beside:
        raise InvalidRequestObject("another response_type beside it")


def _require_parameters(claims: Claims) -> None:
    """§4: no object inside the object, and every parameter of the kind that it is."""
    if not _BY.isdisjoint(claims):
        raise InvalidRequestObject("request or request_uri inside")
    known = _STRINGS | _OBJECTS | {"max_age", "resource"}
    for name in known & claims.keys():
        if not _texts(name, claims[name]):
            raise InvalidRequestObject(f"{name} is of the wrong kind")
