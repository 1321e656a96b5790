"""The form of an explanation. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`means` and `fix` are sentences; `section` names the specification."""

    means: str
    fix: str
    section: str
