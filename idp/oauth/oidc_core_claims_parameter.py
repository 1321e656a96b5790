"""OpenID Connect Core §5.5, the `claims` parameter: single claims, for ID token or UserInfo.

`acr` (§5.5.1.1) asks for a level instead, and `sub` by value for a user. A client may be told what
its registered scopes could tell it and nothing else; whatever is not available is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oauth import claims as users_claims
from idp.oauth.asked import Asked
from idp.oauth.claims import Wanted
from idp.oauth.parameters import is_text

METADATA = {"claims_parameter_supported": True}

MAXIMUM_SIZE = 8 * 1024
MAXIMUM_DEPTH = 5
_MEMBERS = ("userinfo", "id_token")

MALFORMED = "The claims parameter is malformed."


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """What is honoured of the parameter. `subs`: nobody but one of these; None: anybody."""

    essential_acr: tuple[str, ...] = ()
    voluntary_acr: tuple[str, ...] = ()
    subs: tuple[str, ...] | None = None
    id_token: Wanted = field(default_factory=dict)
    userinfo: Wanted = field(default_factory=dict)

    def beyond(self, scope: tuple[str, ...]) -> tuple[str, ...]:
        """The claims that no granted scope stands for: the user is asked about each."""
        asked = dict.fromkeys((*self.id_token, *self.userinfo))
        if not asked:
            return ()
        covered = users_claims.available(scope)
        return tuple(name for name in asked if name not in covered)

    @property
    def single(self) -> dict[str, Wanted]:
        """What is asked for one by one, by where it is to be told."""
        places = {"id_token": self.id_token, "userinfo": self.userinfo}
        return {place: wanted for place, wanted in places.items() if wanted}

    def as_document(self) -> dict[str, Any]:
        """For the interaction's row."""
        return {
            "essential_acr": list(self.essential_acr),
            "voluntary_acr": list(self.voluntary_acr),
            "subs": None if self.subs is None else list(self.subs),
            "id_token": dict(self.id_token),
            "userinfo": dict(self.userinfo),
        }


def restored(document: Mapping[str, Any], scopes: frozenset[str]) -> RequestedClaims:
    """The inverse of `as_document`, but for what the client may not be told any more."""
    subs, single = document["subs"], (document["id_token"], document["userinfo"])
    available = users_claims.available(scopes) if any(single) else frozenset()
    return RequestedClaims(
        essential_acr=tuple(document["essential_acr"]),
        voluntary_acr=tuple(document["voluntary_acr"]),
        subs=None if subs is None else tuple(subs),
        id_token=_only(document["id_token"], available),
        userinfo=_only(document["userinfo"], available),
    )


def claims(asked: Asked) -> RequestedClaims:
    """§5.5: two members of claim requests, each null or an object; unknown members are ignored."""
    text = asked.get("claims")
    if text is None:
        return RequestedClaims()
    document = _parsed(text)
    for member in _MEMBERS:
        _require_claim_requests(document.get(member))
    id_token, userinfo = (document.get(member) or {} for member in ("id_token", "userinfo"))
    essential, voluntary = _requested_acr(id_token.get("acr"))
    available = users_claims.available(asked.client.scopes)
    return RequestedClaims(
        essential_acr=essential,
        voluntary_acr=voluntary,
        subs=_wanted_subs(id_token.get("sub"), userinfo.get("sub")),
        id_token=_wanted(id_token, available),
        userinfo=_wanted(userinfo, available),
    )


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


def _requested_acr(request: Mapping[str, Any] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """§5.5.1.1: the essential values and the others; essential means: these or nothing."""
    values = _values(request) or []
    if not all(isinstance(value, str) for value in values):
        raise InvalidRequestError(MALFORMED)
    names = tuple(dict.fromkeys(values))
    is_essential = request is not None and request.get("essential", False)
    return (names, ()) if is_essential else ((), names)


def _values(request: Mapping[str, Any] | None) -> list[Any] | None:
    """§5.5.1: the values that would do; None: any."""
    if request is None:
        return None
    return [request["value"]] if "value" in request else request.get("values") or None


def _wanted_subs(*requests: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """§3.1.2.2: only the user of a requested `sub` may be answered for."""
    lists = [values for values in map(_values, requests) if values is not None]
    if not lists:
        return None
    first, *others = lists
    return tuple(
        dict.fromkeys(
            sub for sub in first if isinstance(sub, str) and all(sub in other for other in others)
        )
    )


def _wanted(requests: Mapping[str, Any], available: frozenset[str]) -> Wanted:
    return _only({name: _values(request) for name, request in requests.items()}, available)


def _only(wanted: Wanted, available: frozenset[str]) -> Wanted:
    """§5.5.2: nobody is asked about a claim in a language, `family_name#fr`: we have none, and one
    without a language would not answer it.
    """
    return {name: values for name, values in wanted.items() if name in available}
