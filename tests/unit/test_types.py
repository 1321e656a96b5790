from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from idp.models.base import UtcDateTime

SQLITE = sqlite.dialect()
OURS = UtcDateTime().dialect_impl(SQLITE)
THEIRS = DateTime().dialect_impl(SQLITE)
WRITE, READ = OURS.bind_processor(SQLITE), OURS.result_processor(SQLITE, None)
THEIR_WRITE = THEIRS.bind_processor(SQLITE)
EDGES = (
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(9999, 12, 30, 0, 0, 0, 1, UTC),
)


def anywhere(dice):
    """Some instant, told in some zone; a third of them on the full second."""
    zone = timezone(timedelta(minutes=dice.randint(-14 * 60, 14 * 60)))
    seconds, microsecond = (
        dice.randint(-(10**9), 10**10),
        dice.choice((0, 6, dice.randrange(10**6))),
    )
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=microsecond)
    return at.astimezone(dice.choice((UTC, zone)))


def test_sqlite_holds_the_text_that_sqlalchemys_own_type_writes_and_gives_back_the_same_instant():
    dice = Random(32)  # noqa: S311  repeatable, no secret
    for instant in (*EDGES, *(anywhere(dice) for _ in range(2000))):
        text = WRITE(instant)

        assert text == THEIR_WRITE(instant.astimezone(UTC).replace(tzinfo=None))
        back = READ(text)
        assert (back, back.tzinfo) == (instant, UTC)


def test_nothing_stays_nothing_and_a_naive_time_is_refused():
    assert (WRITE(None), READ(None)) == (None, None)
    with pytest.raises(ValueError, match="naive"):
        WRITE(datetime(2026, 1, 2))  # noqa: DTZ001  that is the point
