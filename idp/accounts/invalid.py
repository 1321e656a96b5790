"""What a use case answers when it was asked for something that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invalid:
    """Nothing was done. `problems`: a sentence for each field that has to change."""

    problems: Mapping[str, str]
