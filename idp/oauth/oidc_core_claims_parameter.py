"""OpenID Connect Core §5.5, the `claims` parameter: form, and the `acr` asked for (§5.5.1.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oauth.asked import Asked
from idp.oauth.parameters import is_text

METADATA = {"claims_parameter_supported": True}

MAXIMUM_SIZE = 8 * 1024
MAXIMUM_DEPTH = 5
_MEMBERS = ("userinfo", "id_token")

MALFORMED = "The claims parameter is malformed."


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """What is honoured of the parameter: the `acr` values for the ID token."""

    essential_acr: tuple[str, ...] = ()
    voluntary_acr: tuple[str, ...] = ()


def claims(asked: Asked) -> RequestedClaims:
    """§5.5: two members of claim requests, each null or an object; unknown members are ignored."""
    text = asked.get("claims")
    if text is None:
        return RequestedClaims()
    document = _parsed(text)
    for member in _MEMBERS:
        _require_claim_requests(document.get(member))
    return _requested_acr((document.get("id_token") or {}).get("acr"))


def _parsed(text: str) -> dict[str, Any]:
    if len(text.encode("utf-8", "surrogatepass")) > MAXIMUM_SIZE:
        raise InvalidRequestError("The claims parameter is too large.")
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidRequestError(MALFORMED) from None
    if not isinstance(document, dict) or not _is_storable(document, MAXIMUM_DEPTH):
        raise InvalidRequestError(MALFORMED)
    return document


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN and infinities are no JSON")


def _is_storable(value: object, depth: int) -> bool:
    """Not nested deeper than `depth`, without NUL and lone surrogates, which no database takes."""
    if isinstance(value, str):
        return is_text(value)
    if isinstance(value, dict):
        inside: list[object] = [*value, *value.values()]
    elif isinstance(value, list):
        inside = value
    else:
        return True
    return depth > 0 and all(_is_storable(item, depth - 1) for item in inside)


def _require_claim_requests(requests: object) -> None:
    if requests is None:
        return
    if not isinstance(requests, dict):
        raise InvalidRequestError(MALFORMED)
    for request in requests.values():
        _require_claim_request(request)


def _require_claim_request(request: object) -> None:
    if request is None:
        return
    if (
        not isinstance(request, dict)
        or not isinstance(request.get("essential", False), bool)
        or not isinstance(request.get("values", []), list)
    ):
        raise InvalidRequestError(MALFORMED)


def _requested_acr(request: Mapping[str, Any] | None) -> RequestedClaims:
    """§5.5.1.1: `value` and `values` name what is wanted; essential means: these or nothing."""
    if request is None:
        return RequestedClaims()
    values = [request["value"]] if "value" in request else request.get("values", [])
    if not all(isinstance(value, str) for value in values):
        raise InvalidRequestError(MALFORMED)
    names = tuple(dict.fromkeys(values))
    if request.get("essential", False):
        return RequestedClaims(essential_acr=names)
    return RequestedClaims(voluntary_acr=names)
