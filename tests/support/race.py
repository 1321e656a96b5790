"""Many at once: threads that start together, for proving that only one can win."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import CodeType, FunctionType
from typing import TypeVar

import pytest

from tests.support import run
from tests.support.postgres import taking_turns

T = TypeVar("T")


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """What each of `count` threads got, all let go at the same moment. One worker races at a time:
    two would starve each other.
    """
    gate = Barrier(count)

    def wait_and_act() -> T:
        gate.wait(timeout=30)
        return act()

    with taking_turns(run.folder() / "race.lock"), ThreadPoolExecutor(count) as pool:
        racers = [pool.submit(wait_and_act) for _ in range(count)]
        return [racer.result() for racer in racers]


def is_in(item: pytest.Item) -> bool:
    """Whether a test races: by itself, or by a function or fixture of its file."""
    module = getattr(item, "module", None)
    if not hasattr(module, "at_once"):
        return False
    fixtures = (getattr(module, name, None) for name in getattr(item, "fixturenames", ()))
    used = [one for one in (getattr(item, "function", None), *fixtures) if callable(one)]
    return any("at_once" in _names(inspect.unwrap(one), set()) for one in used)


def _names(function: object, seen: set[object]) -> Iterator[str]:
    """What a function names, and what functions of its file do that it names."""
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    for name in _named(function.__code__):
        yield name
        other = function.__globals__.get(name)
        if getattr(other, "__module__", None) == function.__module__:
            yield from _names(other, seen)


def _named(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named(constant)
