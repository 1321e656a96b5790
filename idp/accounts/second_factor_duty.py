"""Who has to have a second factor, and from when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from config import SecondFactorPolicy
from idp import audit, clock
from idp.audit import catalogue
from idp.authentication import enrolled
from idp.extensions import db, rows_changed
from idp.mail import messages
from idp.models import User


def choose(
    user: User, policy: SecondFactorPolicy | None, *, grace: timedelta, reason: str = ""
) -> bool:
    """An administrator's choice; None leaves it to the site. False: it was like that before."""
    is_new_duty = policy is SecondFactorPolicy.REQUIRED and user.second_factor_policy != policy
    due_at = clock.now() + grace if policy is SecondFactorPolicy.REQUIRED and grace else None
    if not is_new_duty and (user.second_factor_policy, user.second_factor_due_at) == (
        policy,
        due_at,
    ):
        return False
    user.second_factor_policy, user.second_factor_due_at = policy, due_at
    user.updated_at = clock.now()
    db.session.flush()
    audit.record(
        catalogue.SecondFactorPolicySet(
            user_id=user.id, policy=policy, due_at=_written(due_at), reason=reason
        )
    )
    if due_at is not None and not enrolled.has_second_factor(user.id):
        messages.second_factor_due(user, due_at)
    return True


def remind(user_id: str, due_at: datetime) -> None:
    """The time of grace begins with the first sign-in after the site has come to require it."""
    beginning = update(User).where(User.id == user_id, User.second_factor_due_at.is_(None))
    if rows_changed(beginning.values(second_factor_due_at=due_at)) != 1:
        return
    audit.record(catalogue.SecondFactorDue(user_id=user_id, due_at=due_at.isoformat()))
    messages.second_factor_due(db.session.get_one(User, user_id), due_at)


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
