"""The standard claims of a user (OIDC Core §5.1): which there are, and the type of each. Pure.

Whatever is not listed is refused: no account can carry `sub`, `acr` or a made-up role.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

LONGEST_TEXT = 1000

Problem = str | None


def _text(value: object) -> Problem:
    if not isinstance(value, str) or not value.strip():
        return "a text that is not blank"
    if len(value) > LONGEST_TEXT:
        return f"at most {LONGEST_TEXT} characters"
    if not all(character.isprintable() or character == "\n" for character in value):
        return "no control characters"
    return None


def _url(value: object) -> Problem:
    if problem := _text(value):
        return problem
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return "an http or https URL"
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return None if is_web and " " not in str(value) else "an http or https URL"


def _flag(value: object) -> Problem:
    return None if isinstance(value, bool) else "true or false"


def _matching(pattern: str, wanted: str) -> Callable[[object], Problem]:
    compiled = re.compile(pattern, re.ASCII)

    def problem(value: object) -> Problem:
        return None if isinstance(value, str) and compiled.fullmatch(value) else wanted

    return problem


def _address(value: object) -> Problem:
    """§5.1.1."""
    if not isinstance(value, Mapping) or not value:
        return f"an object with some of: {', '.join(ADDRESS_MEMBERS)}"
    for name, member in value.items():
        if name not in ADDRESS_MEMBERS:
            return f"{name!r} is no member of an address"
        if problem := _text(member):
            return f"{name}: {problem}"
    return None


ADDRESS_MEMBERS = (
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
)

_DAY = r"(0[1-9]|[12]\d|3[01])"
_DATE = rf"\d{{4}}(-(0[1-9]|1[0-2])-{_DAY})?"

TYPES: Mapping[str, Callable[[object], Problem]] = {
    "given_name": _text,
    "family_name": _text,
    "middle_name": _text,
    "nickname": _text,
    "preferred_username": _text,
    "profile": _url,
    "picture": _url,
    "website": _url,
    "gender": _text,
    "birthdate": _matching(_DATE, "YYYY-MM-DD, 0000-MM-DD or YYYY"),
    "zoneinfo": _matching(r"[A-Za-z]+([/_+-][A-Za-z0-9]+)*", "a time zone like Europe/Paris"),
    "locale": _matching(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", "a language tag like fr-CA"),
    "phone_number": _matching(r"\+?[0-9][0-9 ().;=ext/-]{2,39}", "a number like +33 1 99 00 12 34"),
    "phone_number_verified": _flag,
    "address": _address,
}
"""What an account may carry, and how each value has to look."""

OWN = ("name", "email", "email_verified", "updated_at")
"""Standard claims that follow from the account itself; naming them is fine if they agree."""


def problems(claims: Mapping[str, Any], own: Mapping[str, object]) -> dict[str, str]:
    """By claim, what is wrong with it. `own`: what the account says by itself."""
    found: dict[str, str] = {}
    for name, value in claims.items():
        if name in OWN:
            problem = _disagreement(name, value, own)
        elif name in TYPES:
            problem = TYPES[name](value)
        else:
            problem = "not a claim that can be set"
        if problem:
            found[name] = problem
    return found


def storable(claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the row keeps."""
    return {name: value for name, value in claims.items() if name in TYPES}


def _disagreement(name: str, value: object, own: Mapping[str, object]) -> Problem:
    if name == "updated_at":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number else "a number; the account keeps its own"
    return None if value == own.get(name) else "this follows from the account itself"
