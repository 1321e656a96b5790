"""What came of an administrator's act on somebody's account."""

from __future__ import annotations

from enum import Enum, auto


class Outcome(Enum):
    """Refusals are values: each has a sentence on the pages."""

    DONE = auto()
    UNCHANGED = auto()
    """It was so before, or there is nothing to do it to."""
    LAST_OWNER = auto()
    """Nobody would be left who could administer."""
    OWN_ACCOUNT = auto()
    """Nobody does this to their own account."""
    ANOTHER_PERSON = auto()
    """It takes another person than who started it."""
