"""JSON as we write it for others: compact, and ASCII, so that whoever guesses another encoding
reads the same; and as we read what we have written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

_BEYOND_64_BITS = re.compile(r"\d{19}")
"""Perhaps: what has fewer digits is not."""


def written(value: object, default: Callable[[object], object] | None = None) -> str:
    """`default`: what stands for a value that JSON does not know. Raises TypeError without one."""
    try:
        quickly = orjson.dumps(value, default)
    except orjson.JSONEncodeError:  # half a pair of surrogates, a number beyond 64 bits
        return _patiently(value, default)
    return quickly.decode() if quickly.isascii() else _patiently(value, default)


def _patiently(value: object, default: Callable[[object], object] | None) -> str:
    return json.dumps(value, default=default, separators=(",", ":"))


def read(text: str | bytes) -> Any:  # noqa: ANN401  whatever was written
    """The same value as `json.loads` gives. Raises ValueError when it is no JSON."""
    decoded = text if isinstance(text, str) else bytes(text).decode()
    if not _BEYOND_64_BITS.search(decoded):
        try:
            return orjson.loads(decoded)
        except orjson.JSONDecodeError:  # half a pair of surrogates, infinity
            pass
    return json.loads(decoded)
