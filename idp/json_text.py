"""JSON as we write it for others: compact, and ASCII, so that whoever guesses another encoding
reads the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import orjson


def written(value: object, default: Callable[[object], object] | None = None) -> str:
    """`default`: what stands for a value that JSON does not know. Raises TypeError without one."""
    try:
        quickly = orjson.dumps(value, default)
    except orjson.JSONEncodeError:  # half a pair of surrogates, a number beyond 64 bits
        return _patiently(value, default)
    return quickly.decode() if quickly.isascii() else _patiently(value, default)


def _patiently(value: object, default: Callable[[object], object] | None) -> str:
    return json.dumps(value, default=default, separators=(",", ":"))
