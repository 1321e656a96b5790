"""What the factors that an account has set up can prove, and what more it could set up."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select

from idp.authentication.assurance import Assurance
from idp.extensions import db, settings
from idp.models import Passkey, TotpCredential, User

# Made once: sign-in and every sensitive page come by here.
_HAS = select(
    exists()
    .where(TotpCredential.user_id == bindparam("user_id"), TotpCredential.confirmed_at.is_not(None))
    .label("totp"),
    exists().where(Passkey.user_id == bindparam("user_id")).label("passkey"),
)


def level_of(user_id: str) -> Assurance:
    """The highest level that the factors of this account can prove, a password included.

    Where passkeys are switched off, whoever has nothing but passkeys is asked for a second factor
    all the same, and shows a recovery code: a switch makes no account weaker.
    """
    has = db.session.connection().execute(_HAS, {"user_id": user_id}).one()
    if has.passkey and settings().passkeys.enabled:
        return Assurance.PHISHING_RESISTANT
    return Assurance.TWO_FACTOR if has.totp or has.passkey else Assurance.ONE_FACTOR


def has_second_factor(user_id: str) -> bool:
    """Whether a password alone is not all that this account can show."""
    return level_of(user_id) >= Assurance.TWO_FACTOR


def needed_for_settings(user_id: str) -> Assurance:
    """What the account wants to see before it is changed: two factors, if there are two; of whoever
    administers always, so that a password alone sets up no first second factor (R20). Not more,
    also of somebody with a passkey: whoever has lost it must be able to remove it
    (docs/decisions/0010-passkeys.md).
    """
    privileged = select(User.id).where(User.id == user_id, User.role.is_not(None))
    if level_of(user_id) >= Assurance.TWO_FACTOR or db.session.scalar(privileged) is not None:
        return Assurance.TWO_FACTOR
    return Assurance.ONE_FACTOR


def attainable() -> Assurance:
    """The highest level that anybody can reach here, by setting up what is missing."""
    if settings().passkeys.enabled:
        return Assurance.PHISHING_RESISTANT
    return Assurance.TWO_FACTOR
