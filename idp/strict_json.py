"""JSON as RFC 8259 has it and no looser: for what strangers send and somebody will believe.

Python's own reader takes the last of two equal names, where another reader takes the first, and
knows NaN and infinities, with which every comparison goes wrong.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


def parse(text: bytes | str) -> Any:  # noqa: ANN401  whatever JSON can hold
    """UTF-8, names unique in each object, finite numbers. Raises `ValueError`."""
    try:
        return json.loads(
            text if isinstance(text, str) else text.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number without bounds")
    return number
