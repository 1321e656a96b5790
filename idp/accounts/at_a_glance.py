"""How the deployment is doing, in a few numbers for whoever runs it. Counts only, of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, union

from idp import clock, opaque
from idp.audit import catalogue
from idp.authentication import session
from idp.extensions import db
from idp.models import AuditEvent, Passkey, Session, TotpCredential, User

WINDOW = timedelta(hours=24)

_SIGN_INS = catalogue.type_of(catalogue.SessionBegun)
_FAILURES = tuple(
    catalogue.type_of(event)
    for event in (
        catalogue.PasswordRejected,
        catalogue.TotpRejected,
        catalogue.PasskeyRejected,
        catalogue.RecoveryCodeRejected,
    )
)
_TOKENS = catalogue.type_of(catalogue.TokensIssued)


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
    counts = _events()
    return Figures(
        sign_ins=counts.get(_SIGN_INS, 0),
        failures=sum(counts.get(one, 0) for one in _FAILURES),
        tokens=counts.get(_TOKENS, 0),
        active_sessions=_active_sessions(now),
        people=_count(select(func.count()).select_from(User).where(User.disabled_at.is_(None))),
        with_two_steps=_with_two_steps(),
    )


def _events() -> dict[str, int]:
    """Of the window, by the order in which row ids are made, which the index has after the type."""
    oldest, _ = opaque.made_near(opaque.identifier(), WINDOW, timedelta())
    wanted = select(AuditEvent.type, func.count()).where(
        AuditEvent.type.in_((_SIGN_INS, *_FAILURES, _TOKENS)), AuditEvent.id >= oldest
    )
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(AuditEvent.type))}


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
