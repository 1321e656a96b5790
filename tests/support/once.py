"""What every test would pay for anew, and a worker pays once: each has an app of its own, but the
program is the same. None of it outlives what a test may see of another.
"""

from __future__ import annotations

import gc
import os
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from tests.support import run

_THRESHOLDS = (20_000, 10, 10)
_OF_A_ROUTE = ("arguments", "_parts", "_trace", "_converters", "_build", "_build_unknown")
_STATEMENTS = 2000


def prepare() -> None:
    """When all tests of this worker are known."""
    _share_what_is_made_of_routes()
    _share_what_is_made_of_statements()
    _wait_for_no_disk()
    _look_for_garbage_less_often()


def _share_what_is_made_of_routes() -> None:
    """Werkzeug takes each route of each app apart and compiles two functions for it; what comes of
    it depends on the route only.
    """
    make = Rule.compile
    made: dict[object, dict[str, Any]] = {}

    def remembered(rule: Rule) -> None:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.is_leaf, defaults)
        if key not in made:
            make(rule)
            made[key] = {name: getattr(rule, name) for name in _OF_A_ROUTE}
        for name, value in made[key].items():
            setattr(rule, name, value)

    Rule.compile = remembered  # type: ignore[method-assign, assignment]


def _share_what_is_made_of_statements() -> None:
    """SQLAlchemy keeps the text of each statement with the engine, under the dialect's identity;
    engines of one kind would write the same.
    """
    made: dict[type[Dialect], LRUCache[Any, Any]] = {}

    def of_its_kind(engine: Engine) -> LRUCache[Any, Any]:
        return made.setdefault(type(engine.dialect), LRUCache(_STATEMENTS))

    Engine._compiled_cache = property(of_its_kind, lambda _engine, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]


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
