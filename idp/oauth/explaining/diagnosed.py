"""What was found out about a refused request. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from idp.traces import Difference


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`cause`: a key of `causes`."""

    cause: str | None
    differences: tuple[Difference, ...] = ()
