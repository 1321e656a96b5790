"""Why a row, or a whole file, is not taken over: a sentence with its values, put into words when it
is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.language import gettext as _


@dataclass(frozen=True, slots=True)
class Problem:
    """`says`: a marked sentence; `column`: which value it is about, empty for the whole row."""

    says: str
    column: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        return _(self.says, **self.values) if self.values else _(self.says)

    def __str__(self) -> str:
        return f"{self.column}: {self.sentence}" if self.column else self.sentence

    def written(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"says": self.says, "column": self.column, "values": dict(self.values)}


def read_back(written: Mapping[str, Any]) -> Problem:
    """What `written` kept."""
    return Problem(written["says"], written["column"], written["values"])


class Unreadable(Exception):
    """From here on nothing of the file can be read. `row`: where; 0: from its beginning."""

    def __init__(self, says: str, *, row: int = 0, **values: str | int) -> None:
        super().__init__(says)
        self.problem = Problem(says, "", {"row": row} | values if row else values)
        self.row = row
