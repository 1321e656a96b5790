"""A field of a registration as a form shows it, and sections of such fields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a member is typed."""

    TEXT = "text"
    LINES = "lines"
    """A list, one on each line."""
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`name_in_form`: where the member's own would be taken for a secret's. `choices`: values and
    what they are called. `says_empty`: left empty it is empty, not what it is by default.
    """

    member: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str | None = None
    name_in_form: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    says_empty: bool = False

    @property
    def name(self) -> str:
        return self.name_in_form or self.member


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    name: str
    title: str
    fields: tuple[Field, ...]
