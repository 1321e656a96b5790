"""What every test would pay for anew, and a worker pays once: each has an app of its own, but the
program is the same. None of it outlives what a test may see of another.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from tests.support import run

_THRESHOLDS = (20_000, 10, 10)


def prepare() -> None:
    """When all tests of this worker are known."""
    _share_what_is_made_of_routes()
    _wait_for_no_disk()
    _look_for_garbage_less_often()


def _share_what_is_made_of_routes() -> None:
    """Werkzeug compiles two functions for each route of each app; they depend on the route only."""
    make = Rule._compile_builder
    made: dict[object, Callable[..., tuple[str, str]]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002  Werkzeug's own
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign, assignment]


def _wait_for_no_disk() -> None:
    """No test takes the power away from the machine; whoever kills, kills processes apart."""
    os.fdatasync = lambda fd: None  # noqa: ARG005


def _look_for_garbage_less_often() -> None:
    """It was a third of the time. What stands now, stays; apps of tests that are over may wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


class _Templates(FileSystemBytecodeCache):
    """Compiled once per run, and read once per worker."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._read: dict[tuple[str, str], CodeType | Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        known = (bucket.key, bucket.checksum)
        if known not in self._read:
            super().load_bytecode(bucket)
            if bucket.code is None:
                return
            self._read[known] = bucket.code
        bucket.code = self._read[known]


@lru_cache(maxsize=1)
def templates() -> FileSystemBytecodeCache:
    """For the environment of each app."""
    folder = run.folder() / "templates"
    folder.mkdir(exist_ok=True)
    return _Templates(str(folder))
