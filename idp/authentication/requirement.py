"""What a request demands of the user's proofs: how young, and how strong. Pure.

A request can only raise the floor: a user can edit a plain query, so the floor comes from the
client's registration and the user's policy (OIDC Core §5.5.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.authentication.assurance import Assurance, level_of


@dataclass(frozen=True, slots=True)
class Requirement:
    """`proven_since`: older proofs do not count. `essential` and `voluntary`: `acr` values asked
    for.
    """

    proven_since: datetime | None = None
    floor: Assurance = Assurance.NONE
    essential: tuple[str, ...] = ()
    voluntary: tuple[str, ...] = ()

    @property
    def requested(self) -> tuple[str, ...]:
        """The `acr` values in the client's order, essential ones first."""
        return self.essential + self.voluntary

    def is_impossible(self, highest: Assurance) -> bool:
        """An essential `acr` of which we support no value can be refused without asking anybody."""
        names = map(level_of, self.essential)
        return bool(self.essential) and not any(0 < level <= highest for level in names)

    def as_document(self) -> dict[str, Any]:
        """For the interaction's row."""
        return {
            "proven_since": self.proven_since.isoformat() if self.proven_since else None,
            "floor": int(self.floor),
            "essential": list(self.essential),
            "voluntary": list(self.voluntary),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Requirement:
        """The inverse of `as_document`."""
        since = document.get("proven_since")
        return cls(
            proven_since=datetime.fromisoformat(since) if since else None,
            floor=Assurance(document.get("floor", 0)),
            essential=tuple(document.get("essential", ())),
            voluntary=tuple(document.get("voluntary", ())),
        )


def wanted(
    requirement: Requirement, *, floor: Assurance, enrolled: Assurance, attainable: Assurance
) -> Assurance | None:
    """The level to reach, or None when an essential `acr` or the floor is out of this user's reach.

    `floor`: of the user's own policy. `enrolled`: what the user's factors can prove now.
    `attainable`: the same if the user may enrol another factor during sign-in.
    """
    floor = max(floor, requirement.floor, Assurance.ONE_FACTOR)
    if floor > attainable:
        return None
    if requirement.essential:
        return _essential(requirement, floor, attainable)
    for value in requirement.voluntary:
        if Assurance.NONE < level_of(value) <= enrolled:
            return max(floor, level_of(value))
    return floor


def _essential(
    requirement: Requirement, floor: Assurance, attainable: Assurance
) -> Assurance | None:
    named = map(level_of, requirement.essential)
    levels = sorted(level for level in named if Assurance.NONE < level <= attainable)
    if not levels:
        return None
    return next((level for level in levels if level >= floor), floor)
