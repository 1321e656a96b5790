"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Errors stop people or endanger them; warnings wait for a quiet hour."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; and the way to mend it, unless all is well."""

    level: Level
    says: str
    fix: str | None = None

    @classmethod
    def ok(cls, says: str) -> Finding:
        return cls(Level.OK, says)

    @classmethod
    def warning(cls, says: str, fix: str) -> Finding:
        return cls(Level.WARNING, says, fix)

    @classmethod
    def error(cls, says: str, fix: str) -> Finding:
        return cls(Level.ERROR, says, fix)
