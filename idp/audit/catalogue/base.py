"""The form of every event, and the name it is stored under."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """About whom, and through which client; actor and address come from the origin, and so does
    the session (`sid`) where the event is not about another one.
    """

    LOGGED_AT: ClassVar[int] = logging.INFO
    """The level of its line in the log; the row is written whatever that is."""

    user_id: str | None = None
    client_id: str | None = None
    sid: str | None = None


def type_of(event: type[Event]) -> str:
    """The name under which an event is stored, logged and counted."""
    return _in_snake_case(event.__name__)


@cache
def _in_snake_case(name: str) -> str:
    return _INNER_CAPITAL.sub("_", name).lower()


def types() -> frozenset[str]:
    """The names of everything in the catalogue."""
    return frozenset(type_of(event) for event in Event.__subclasses__())
