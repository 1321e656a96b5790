"""What a claim of one's own is: its values, the scope that releases it, its description. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from idp.accounts.custom_claims import names, shape
from idp.accounts.invalid import Invalid

LONGEST_DESCRIPTION = 200
LONGEST_TEXT = 1000
MOST_VALUES = 100
LARGEST_VALUE = 8 * 1024
"""Characters of JSON."""


class ClaimType(StrEnum):
    """Of each single value."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedClaim:
    """A claim as somebody wants it. `schema`: what else holds for each value (`shape`)."""

    name: str
    type: str = ClaimType.STRING.value
    multiple: bool = False
    """A list of such values, also of one."""
    scope: str = ""
    description: str = ""
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(ProposedClaim):
    """A claim that is defined. `id`: what the users' values stand under."""

    id: str


_READ: dict[str, tuple[type, str]] = {
    "type": (str, "must be a string"),
    "multiple": (bool, "must be true or false"),
    "scope": (str, "must be a string"),
    "description": (str, "must be a string"),
    "schema": (dict, "must be an object"),
}


def from_document(name: str, document: object) -> ProposedClaim | Invalid:
    """Everything that is said is understood, or refused."""
    if not isinstance(document, dict):
        return Invalid({"": "must be an object"})
    wrong = {member: "is not known" for member in document if member not in _READ}
    given = {member: value for member, value in document.items() if value is not None}
    for member, value in given.items():
        if member in _READ and not isinstance(value, _READ[member][0]):
            wrong[member] = _READ[member][1]
    if wrong:
        return Invalid(wrong)
    proposed = ProposedClaim(name=name, **given)
    found = problems(proposed)
    return Invalid(found) if found else proposed


def as_document(claim: ProposedClaim) -> dict[str, Any]:
    """What `from_document` reads, without what is so by default."""
    document: dict[str, Any] = {"type": claim.type}
    if claim.multiple:
        document["multiple"] = True
    document["scope"] = claim.scope
    if claim.description:
        document["description"] = claim.description
    if claim.schema is not None:
        document["schema"] = claim.schema
    return document


def problems(proposed: ProposedClaim) -> dict[str, str]:
    """By member, what is wrong with it."""
    found = {
        "name": names.name_problem(proposed.name),
        "scope": names.scope_problem(proposed.scope),
        "type": None
        if proposed.type in set(ClaimType)
        else f"offered: {', '.join(kind.value for kind in ClaimType)}",
        "description": _description_problem(proposed.description),
        "schema": None if proposed.schema is None else shape.problem_of(proposed.schema),
    }
    return {member: problem for member, problem in found.items() if problem}


def _description_problem(text: str) -> str | None:
    if len(text) <= LONGEST_DESCRIPTION and (not text or text.isprintable()):
        return None
    return f"at most {LONGEST_DESCRIPTION} printable characters in one line"


def value_problem(claim: ProposedClaim, value: object) -> str | None:
    """Why nobody can have this value."""
    if not claim.multiple:
        return _single_problem(claim, value)
    if not isinstance(value, list) or not value:
        return "must be a list of values"
    if len(value) > MOST_VALUES:
        return f"at most {MOST_VALUES} values"
    found = (_single_problem(claim, one) for one in value)
    return next((problem for problem in found if problem), None)


def _single_problem(claim: ProposedClaim, value: object) -> str | None:
    if problem := shape.problem(value, {"type": claim.type}):
        return problem
    if not _is_storable(value, shape.DEEPEST):
        return f"readable texts of 1 to {LONGEST_TEXT} characters, nested at most {shape.DEEPEST}"
    if len(json.dumps(value)) > LARGEST_VALUE:
        return f"at most {LARGEST_VALUE} characters of JSON"
    return shape.problem(value, claim.schema) if claim.schema else None


def _is_storable(value: object, depth: int) -> bool:
    """No database takes NUL and lone surrogates, and nobody reads other control characters."""
    match value:
        case str():
            is_short = 0 < len(value) <= LONGEST_TEXT
            return is_short and all(one.isprintable() or one == "\n" for one in value)
        case float():
            return value - value == 0  # neither infinite nor NaN
        case int():
            return abs(value) <= 2**53
        case Mapping():
            inside: list[object] = [*value, *value.values()]
        case list():
            inside = value
        case _:
            return value is None
    return depth > 0 and all(_is_storable(one, depth - 1) for one in inside)
