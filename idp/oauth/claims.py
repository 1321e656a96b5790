"""Claims about the user (OpenID Connect Core §5.1, §5.4): one table of scopes, one reading of a
user, for UserInfo and for the ID token.

Only names of this table are ever released, so no attribute of a user can pass for a protocol claim.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCOPES: dict[str, tuple[str, ...]] = {
    "openid": ("sub",),
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
"""§5.4: which claims a scope stands for."""

RELEASABLE = frozenset(name for names in SCOPES.values() for name in names) - {"sub"}
"""What can be asked for one by one (§5.5)."""

Wanted = Mapping[str, list[Any] | None]
"""Claims asked for one by one, with the values that would do (§5.5.1); None: any."""
NOTHING: Wanted = {}

METADATA = {
    "scopes_supported": [*SCOPES, "offline_access"],
    "claims_supported": [
        *(name for names in SCOPES.values() for name in names),
        *("iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
    ],
    "claim_types_supported": ["normal"],
}

_OURS = frozenset({"sub", "name", "updated_at", "email", "email_verified"})
"""Never taken from the user's free claims."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about a user."""

    sub: str
    name: str
    claims: Mapping[str, Any]
    updated_at: datetime
    email: str | None
    email_verified: bool


def released(person: Person, scope: Collection[str], wanted: Wanted = NOTHING) -> dict[str, Any]:
    """§5.4, §5.5: what the granted scopes and single requests release, without empty claims
    (§5.3.2).
    """
    known = _all(person)
    names = (name for token in SCOPES if token in scope for name in SCOPES[token])
    found = {name: known[name] for name in names if _is_told(known, name)}
    return found | dict(_matching(known, wanted))


def _is_told(known: Mapping[str, Any], name: str) -> bool:
    return known.get(name) not in (None, "", {}, [])


def _matching(known: Mapping[str, Any], wanted: Wanted) -> Iterator[tuple[str, Any]]:
    """§5.5.1: who asks for a value is told that it holds, or nothing."""
    for name, values in wanted.items():
        if _is_told(known, name) and (values is None or _json(known[name]) in map(_json, values)):
            yield name, known[name]


def _json(value: object) -> str:
    """Equal for equal values of JSON only: to Python, true is 1."""
    return json.dumps(value, sort_keys=True)


def _all(person: Person) -> dict[str, Any]:
    known = {name: value for name, value in person.claims.items() if name not in _OURS}
    known |= {
        "sub": person.sub,
        "name": person.name,
        "updated_at": int(person.updated_at.timestamp()),
    }
    if person.email is not None:
        known |= {"email": person.email, "email_verified": person.email_verified}
    if "phone_number" not in known:
        known.pop("phone_number_verified", None)
    return known
