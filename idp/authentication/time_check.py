"""Whether the server's clock can be trusted with one-time codes.

A clock that was set back would accept codes that are long over. It is compared with two things that
only move forward: the heartbeat of the background jobs and the newest step of any accepted code.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from idp import clock
from idp.extensions import db, insert
from idp.models import Heartbeat, TotpCredential

CLOCK = "clock"
BEHIND_HEARTBEAT = timedelta(seconds=30)
BEHIND_CODES = timedelta(seconds=120)
STEP_SECONDS = 30


def beat() -> None:
    """Note that it is now. Called by the background jobs; an earlier instant changes nothing."""
    now = clock.now()
    new = insert(Heartbeat).values(name=CLOCK, beat_at=now)
    later = new.on_conflict_do_update(
        index_elements=[Heartbeat.name], set_={"beat_at": now}, where=Heartbeat.beat_at < now
    )
    db.session.execute(later)


def is_trustworthy() -> bool:
    """False: no one-time code may be accepted, and somebody has to look at the clock."""
    now = clock.now()
    beat_at = select(Heartbeat.beat_at).where(Heartbeat.name == CLOCK).scalar_subquery()
    newest_step = select(func.max(TotpCredential.last_step)).scalar_subquery()
    last_beat, step = db.session.execute(select(beat_at, newest_step)).one()
    if last_beat is not None and now < last_beat - BEHIND_HEARTBEAT:
        return False
    return not step or now >= _begin_of(step) - BEHIND_CODES


def _begin_of(step: int) -> datetime:
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)
