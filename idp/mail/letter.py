"""What a mail says, before it has a form. Every mail is such a letter; all have the same form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

LONGEST_NAME = 80
"""Of what people and apps call themselves: nobody writes a letter inside of ours."""


class Circumstances(Enum):
    """How much of its cause a letter tells."""

    NONE = auto()
    TIME = auto()
    """Somebody else's act: their browser is nobody's business."""
    BROWSER = auto()


class Closing(Enum):
    """What to do if it comes as a surprise."""

    NONE = auto()
    NOT_ME = auto()
    """It happened in the account: the security page."""
    IGNORE = auto()
    """Somebody typed in this address: nothing happens without the link."""


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do, as a link. What it leads to asks before it acts (R52)."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`notes` stand below the action."""

    subject: str
    paragraphs: tuple[str, ...]
    circumstances: Circumstances
    closing: Closing
    action: Action | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a mail has to go by: what was written down when it happened."""

    moment: datetime
    browser: str
    """In words of the reader's language."""
    address: str
    facts: Mapping[str, Any]
    url: str
    """The single-use link of a mail that is there for it."""
    brand: str
    issuer: str

    def name(self, fact: str) -> str:
        """What somebody called something: one short line, whatever was typed in."""
        return shortened(str(self.facts[fact]))

    def number(self, fact: str) -> int:
        """A count."""
        return int(self.facts[fact])

    def instant(self, fact: str) -> datetime:
        """A moment that is not that of the mail."""
        return datetime.fromisoformat(self.facts[fact])

    def page(self, path: str) -> str:
        """An address of ours, from the configured issuer and nothing else (R51)."""
        return self.issuer + path


def shortened(text: str) -> str:
    """Without control and direction-changing characters, and not longer than a name is."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"
