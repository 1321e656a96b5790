"""Claims about the user (OpenID Connect Core §5.1, §5.4): one table of scopes, one reading of a
user, for UserInfo and for the ID token.

Only names of this table are ever released. It is made of the standard's scopes, of `groups` and
`roles`, and of the claims that the deployment has defined, none of which can have a name of the
protocol's (`accounts.custom_claims.names`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from idp.accounts.custom_claims import definitions
from idp.accounts.groups.members import Memberships

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
    "groups": ("groups",),
    "roles": ("roles",),
}
"""§5.4: which claims a scope stands for; the last two are ours."""

_STANDARD = frozenset(name for names in SCOPES.values() for name in names)

OF_GROUPS = frozenset({"groups", "roles"})
"""What costs another look into the database, and only where it is asked for."""

Wanted = Mapping[str, list[Any] | None]
"""Claims asked for one by one, with the values that would do (§5.5.1); None: any."""
NOTHING: Wanted = {}

_EMPTY: tuple[Any, ...] = (None, "", {}, [])
"""§5.3.2: rather left out."""
_OURS = frozenset({"sub", "name", "updated_at", "email", "email_verified", "groups", "roles"})
"""Never taken from the user's free claims."""


def table() -> Mapping[str, tuple[str, ...]]:
    """Every scope that stands for claims, the deployment's own after the standard's."""
    own = definitions.by_scope()
    return SCOPES | {scope: names for scope, names in own.items() if scope not in SCOPES}


def metadata() -> dict[str, Any]:
    """OIDC Discovery §3."""
    known = table()
    return {
        "scopes_supported": [*known, "offline_access"],
        "claims_supported": [
            *(name for names in known.values() for name in names),
            *("iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
        ],
        "claim_types_supported": ["normal"],
    }


def available(scopes: Collection[str]) -> frozenset[str]:
    """What can be asked for one by one (§5.5) by whoever may have these scopes."""
    known = table()
    return frozenset(name for scope in scopes for name in known.get(scope, ())) - {"sub"}


def of_standard(scopes: Collection[str]) -> frozenset[str]:
    """What these scopes release and will always release."""
    return frozenset(name for scope in scopes for name in SCOPES.get(scope, ()))


def of_deployment(scope: Collection[str]) -> tuple[str, ...]:
    """The deployment's own claims that these scopes release, each to be allowed by name: what
    such a scope stands for may grow.
    """
    own = definitions.by_scope()
    return tuple(name for token in scope for name in own.get(token, ()) if token not in SCOPES)


def _in_no_group() -> Memberships:
    return Memberships()


def _no_claims() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about a user. `memberships`, `custom`: asked only when they are wanted."""

    sub: str
    name: str
    claims: Mapping[str, Any]
    updated_at: datetime
    email: str | None
    email_verified: bool
    memberships: Callable[[], Memberships] = field(default=_in_no_group, repr=False)
    custom: Callable[[], Mapping[str, Any]] = field(default=_no_claims, repr=False)


def released(
    person: Person, scope: Collection[str], wanted: Wanted, own: Collection[str]
) -> dict[str, Any]:
    """§5.4, §5.5: what the granted scopes and single requests release, without empty claims
    (§5.3.2). `own`: the deployment's own claims that were allowed with these scopes.
    """
    names = _in_order(tuple(scope))
    if own:
        names += tuple(name for name in of_deployment(scope) if name in own)
    known = _known(person, {*names, *wanted})
    found = {name: known[name] for name in names if name in known and known[name] not in _EMPTY}
    return found | dict(_matching(known, wanted)) if wanted else found


@lru_cache(maxsize=1024)
def _in_order(scope: tuple[str, ...]) -> tuple[str, ...]:
    """Claims of the standard and of ours, as the table has them."""
    return tuple(name for token in SCOPES if token in scope for name in SCOPES[token])


def _matching(known: Mapping[str, Any], wanted: Wanted) -> Iterator[tuple[str, Any]]:
    """§5.5.1: who asks for a value is told that it holds, or nothing."""
    for name, values in wanted.items():
        told = known.get(name)
        if told not in _EMPTY and (values is None or _json(told) in map(_json, values)):
            yield name, told


def _json(value: object) -> str:
    """Equal for equal values of JSON only: to Python, true is 1."""
    return json.dumps(value, sort_keys=True)


def _known(person: Person, asked: Collection[str]) -> dict[str, Any]:
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
    if not OF_GROUPS.isdisjoint(asked):
        memberships = person.memberships()
        known |= {"groups": list(memberships.groups), "roles": list(memberships.roles)}
    # A name that is taken stays what it was, whatever stands in the table of definitions (R66).
    return known if _STANDARD.issuperset(asked) else {**person.custom(), **known}
