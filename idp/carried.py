"""What the browser carries to be recognised by: read by the web edge, judged by `authentication`,
and handed back with the answer when it changes. It opens nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Carried(StrEnum):
    """The two values; each has a cookie of its own."""

    DEVICE = "device"
    """By which a browser is known to the accounts that have signed in with it."""
    TRUST = "trust"
    """By which a browser that a user trusts is recognised, once per value."""


@dataclass(frozen=True, slots=True)
class _Load:
    brought: Mapping[Carried, str] = field(default_factory=dict, repr=False)
    handed: Mapping[Carried, str] = field(default_factory=dict, repr=False)


_EMPTY = _Load()
_load: ContextVar[_Load] = ContextVar("carried", default=_EMPTY)


def enter(brought: Mapping[Carried, str]) -> None:
    """Set by the edge when work begins."""
    _load.set(_Load(brought))


def value(which: Carried) -> str:
    """The new value where one was handed over, else the one that came, else empty."""
    load = _load.get()
    return load.handed.get(which, load.brought.get(which, ""))


def hand(which: Carried, new: str) -> None:
    """Give the browser this value, or the same one again for another while."""
    load = _load.get()
    _load.set(replace(load, handed={**load.handed, which: new}))


def handed() -> Mapping[Carried, str]:
    """What goes out with the answer."""
    return _load.get().handed
