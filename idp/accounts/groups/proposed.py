"""A group as somebody wants it, and what may be wrong with that. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from idp.accounts.invalid import Invalid
from idp.models.group import LONGEST_NAME

LONGEST_DISPLAY_NAME = 100
LONGEST_DESCRIPTION = 500
MOST_ROLES = 50

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.:/@-]{{0,{LONGEST_NAME - 1}}}")
NAME_WANTED = f"a letter or digit, then letters, digits and _ . : / @ -, at most {LONGEST_NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedGroup:
    """`roles`: what its members are to applications."""

    name: str
    display_name: str = ""
    description: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup(ProposedGroup):
    """A group that is there."""

    id: str

    @property
    def title(self) -> str:
        """What people read."""
        return self.display_name or self.name


def name_problem(name: str) -> str | None:
    """Why no group, and no role, can be called so."""
    return None if _NAME.fullmatch(name) else NAME_WANTED


def problems(proposed: ProposedGroup) -> dict[str, str]:
    """By member."""
    found = {
        "name": name_problem(proposed.name),
        "display_name": _text_problem(proposed.display_name, LONGEST_DISPLAY_NAME),
        "description": _text_problem(proposed.description, LONGEST_DESCRIPTION),
        "roles": _roles_problem(proposed.roles),
    }
    return {member: problem for member, problem in found.items() if problem}


def from_document(name: str, document: object) -> ProposedGroup | Invalid:
    """Everything that is said is understood, or refused."""
    if not isinstance(document, dict):
        return Invalid({"": "must be an object"})
    wrong = {one: "is not known" for one in document if one not in _READ}
    given = {one: value for one, value in document.items() if value is not None}
    for member, value in given.items():
        if member == "roles":
            is_right = isinstance(value, list) and all(isinstance(one, str) for one in value)
            if not is_right:
                wrong[member] = "must be a list of strings"
        elif member in _READ and not isinstance(value, str):
            wrong[member] = "must be a string"
    if wrong:
        return Invalid(wrong)
    proposed = ProposedGroup(name=name, **given | {"roles": tuple(given.get("roles", ()))})
    found = problems(proposed)
    return Invalid(found) if found else proposed


_READ = ("display_name", "description", "roles")


def as_document(group: ProposedGroup) -> dict[str, Any]:
    """What `from_document` reads, without what is so by default."""
    document = {
        "display_name": group.display_name,
        "description": group.description,
        "roles": list(group.roles),
    }
    return {member: value for member, value in document.items() if value}


def _text_problem(text: str, most: int) -> str | None:
    if len(text) <= most and (not text or text.isprintable()) and text == text.strip():
        return None
    return f"at most {most} printable characters in one line, without spaces around"


def _roles_problem(roles: tuple[str, ...]) -> str | None:
    if len(roles) > MOST_ROLES or len(set(roles)) < len(roles):
        return f"at most {MOST_ROLES}, each once"
    wrong = next((role for role in roles if name_problem(role)), None)
    return None if wrong is None else f"{wrong[:LONGEST_NAME]!a}: {NAME_WANTED}"
