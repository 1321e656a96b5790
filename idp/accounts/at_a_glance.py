"""How the deployment is doing, in a few numbers for whoever runs it. Counts only, of nobody."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, union

from idp import clock
from idp.audit import activity
from idp.authentication import session
from idp.extensions import db, insert, rows_changed
from idp.models import Passkey, Session, Tally, TotpCredential, User

HOURS = 24
SLOW = timedelta(milliseconds=200)
"""What takes as long as this to count is counted by a job."""
_AGE = timedelta(minutes=15)
"""Of a count that is still shown."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the last day, or of now."""

    sign_ins: int
    failures: int
    tokens: int
    """How often tokens were issued."""
    active_sessions: int
    people: int
    with_two_steps: int

    @property
    def adoption(self) -> int:
        """Per cent of the people who set up a second step, rounded down."""
        return 100 * self.with_two_steps // self.people if self.people else 0


def figures() -> Figures:
    """Each number by one statement, or as a job has counted it."""
    now = clock.now()
    counts: Counter[str] = Counter()
    for of_hour in activity.by_hour(HOURS).values():
        counts.update(of_hour)
    return Figures(
        sign_ins=counts[activity.SIGN_INS],
        failures=sum(counts[one] for one in activity.FAILURES),
        tokens=counts[activity.TOKENS],
        **(_kept(now) or _counted(now)),
    )


def keep(now: datetime) -> int:
    """Count for whoever looks next, where counting takes long. Returns how many were kept."""
    began = time.perf_counter()
    counted = _counted(now)
    if timedelta(seconds=time.perf_counter() - began) < SLOW:
        return rows_changed(delete(Tally)) if _kept(now) else 0
    for name, number in counted.items():
        row = insert(Tally).values(name=name, number=number, counted_at=now)
        values = {"number": number, "counted_at": now}
        db.session.execute(row.on_conflict_do_update(index_elements=[Tally.name], set_=values))
    return len(counted)


def _kept(now: datetime) -> dict[str, int]:
    """Nothing where counting is quick, or where no job has run for a while."""
    fresh = select(Tally.name, Tally.number).where(Tally.counted_at > now - _AGE)
    return {row.name: row.number for row in db.session.execute(fresh)}


def _counted(now: datetime) -> dict[str, int]:
    """Of the accounts that are enabled, and of their sessions."""
    people = select(func.count()).select_from(User).where(User.disabled_at.is_(None))
    return {
        "active_sessions": _active_sessions(now),
        "people": _count(people),
        "with_two_steps": _with_two_steps(),
    }


def _active_sessions(now: datetime) -> int:
    live = select(func.count()).select_from(Session).where(session.is_live())
    return db.session.connection().execute(live, session.limits(now)).scalar_one()


def _with_two_steps() -> int:
    """From the factors, of which there are fewer than people."""
    factors = union(
        select(TotpCredential.user_id).where(TotpCredential.confirmed_at.is_not(None)),
        select(Passkey.user_id),
    ).subquery()
    enabled = select(func.count()).select_from(factors).join(User, User.id == factors.c.user_id)
    return _count(enabled.where(User.disabled_at.is_(None)))


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0
