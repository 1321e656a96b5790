"""The end of a reset: its link is spent for one sign-in, in which a new factor takes the place of
all older ones (R56).

That sign-in proves the password like any other. The old factors go in the transaction in which the
new one has shown that it works, and not before; so there is never less than there was.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, update

from idp import audit, clock
from idp.accounts import factor_reset, factors, mailed_link
from idp.accounts.factor_reset import Ending
from idp.audit import catalogue
from idp.authentication.evidence import Evidence
from idp.extensions import db, rows_changed
from idp.mail import messages
from idp.models import FactorReset, MailedLink, User


def admit(link: MailedLink, interaction_id: str) -> bool:
    """Spend the link for this sign-in. False: it is spent, or the reset is over."""
    if not mailed_link.spend(link):
        return False
    user = mailed_link.user_of(link)
    admitting = update(FactorReset).where(
        FactorReset.id == str(link.details.get("reset")), *_in_effect(user.id)
    )
    if rows_changed(admitting.values(interaction_id=interaction_id)) != 1:
        return False
    audit.record(catalogue.FactorResetLinkUsed(user_id=user.id))
    return True


def is_open_to(user_id: str, interaction_id: str) -> bool:
    """Whether this sign-in may replace what the account has. Spends nothing."""
    found = select(FactorReset.id).where(*_in_effect(user_id), _for(interaction_id))
    return db.session.scalar(found) is not None


def complete(user: User, new: Evidence, interaction_id: str) -> bool:
    """The new factor works: everything older goes. False: the reset was called off meanwhile, and
    the caller takes the new factor back with all of its transaction.
    """
    reset = factor_reset.under_way(user.id)
    ending = update(FactorReset).where(*_in_effect(user.id), _for(interaction_id))
    values = {"ended_at": clock.now(), "outcome": Ending.COMPLETED.value}
    if reset is None or rows_changed(ending.values(values)) != 1:
        return False
    mailed_link.void(*factor_reset.LINKS, user_id=user.id)
    factors.replace_all(user, new)
    audit.record(
        catalogue.SecondFactorsReset(
            user_id=user.id,
            reason=reset.reason,
            started_by=reset.started_by,
            approved_by=reset.approved_by,
        )
    )
    messages.second_factor_reset(user)
    return True


def _in_effect(user_id: str) -> tuple[ColumnElement[bool], ...]:
    now = clock.now()
    return (
        FactorReset.user_id == user_id,
        FactorReset.ended_at.is_(None),
        FactorReset.effective_at <= now,
        FactorReset.link_expires_at > now,
    )


def _for(interaction_id: str) -> ColumnElement[bool]:
    return or_(
        FactorReset.opens_by_password.is_(True), FactorReset.interaction_id == interaction_id
    )
