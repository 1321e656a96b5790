"""How the deployment is doing, in a few numbers for whoever runs it. Counts only, of nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, union

from idp import clock
from idp.audit import activity
from idp.authentication import session
from idp.extensions import db
from idp.models import Passkey, Session, TotpCredential, User

HOURS = 24


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
    """Each number by one statement over an index."""
    now = clock.now()
    counts: Counter[str] = Counter()
    for of_hour in activity.by_hour(HOURS).values():
        counts.update(of_hour)
    return Figures(
        sign_ins=counts[activity.SIGN_INS],
        failures=sum(counts[one] for one in activity.FAILURES),
        tokens=counts[activity.TOKENS],
        active_sessions=_active_sessions(now),
        people=_count(select(func.count()).select_from(User).where(User.disabled_at.is_(None))),
        with_two_steps=_with_two_steps(),
    )


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
