"""Second factors of an account: what their coming and going means for sessions and tokens."""

from __future__ import annotations

from sqlalchemy import select

from idp import origin, throttle
from idp.accounts import last_factor, sign_out
from idp.accounts.last_factor import Removal
from idp.authentication import (
    authenticators,
    browser_accounts,
    enrolled,
    known_device,
    passkey,
    proof_rows,
    recovery_code,
    totp,
)
from idp.authentication.assurance import Assurance, level_of
from idp.authentication.evidence import Evidence
from idp.authentication.session import RecognisedSession
from idp.extensions import db
from idp.grants import revoke
from idp.mail import messages
from idp.models import Client, Grant, User
from idp.throttle.limits import TOTP_SERIES


def strengthen_session(current: RecognisedSession, proof: Evidence) -> str | None:
    """A factor that was enrolled in a session counts in it. Returns the cookie's new value."""
    known_device.remember(current.user_id, (proof,))
    return browser_accounts.strengthen(current, (proof_rows.record(proof, interaction_id=None),))


def remove_totp(user: User, credential_id: str) -> Removal:
    """One app of the user's own. Every other browser and every client has to ask again."""
    app = authenticators.find(user, credential_id)
    if app is None:
        return Removal.UNKNOWN
    if last_factor.has_to_stay(user, credential_id):
        return Removal.NEEDED
    if not totp.remove(user, credential_id):
        return Removal.UNKNOWN
    messages.totp_removed(user, app.name)
    _after_removal(user)
    return Removal.DONE


def remove_passkey(user: User, passkey_id: str) -> Removal:
    """One of the user's own, with the same consequences."""
    if last_factor.has_to_stay(user, passkey_id):
        return Removal.NEEDED
    names = {one.id: one.name for one in passkey.enrolled(user)}
    if not passkey.remove(user, passkey_id):
        return Removal.UNKNOWN
    messages.passkey_removed(user, names[passkey_id])
    _after_removal(user)
    return Removal.DONE


def replace_all(user: User, new: Evidence) -> None:
    """After a reset: what was just set up takes the place of everything older (R56)."""
    for app in totp.enrolled(user):
        if app.id != new.credential_id:
            totp.remove(user, app.id)
    for one in passkey.enrolled(user):
        if one.id != new.credential_id:
            passkey.remove(user, one.id)
    recovery_code.forget(user.id)
    throttle.clear_series(TOTP_SERIES, user=user.id)
    _start_over(user, keep_sid="")


def are_there(user: User) -> bool:
    """Whether there is anything that somebody could have lost."""
    lost = totp.enrolled(user) or passkey.enrolled(user)
    return bool(lost) or recovery_code.left(user) > 0


def clients_that_demand(user: User, level: Assurance) -> list[str]:
    """Names of the clients the user has allowed that will not do with less."""
    allowed = (
        select(Client.client_name, Client.min_acr)
        .join(Grant, Grant.client_id == Client.client_id)
        .where(Grant.user_id == user.id, Grant.revoked_at.is_(None), Client.min_acr.is_not(None))
        .order_by(Client.client_name)
    )
    return [name for name, acr in db.session.execute(allowed) if level_of(acr) >= level]


def _after_removal(user: User) -> None:
    if not enrolled.has_second_factor(user.id):
        recovery_code.forget(user.id)
    _start_over(user, keep_sid=origin.current().session_sid)


def _start_over(user: User, *, keep_sid: str) -> None:
    """What rests on a factor that is gone must not go on (R48)."""
    sign_out.end_all(user.id, reason="factor_removed", keep_sid=keep_sid)
    revoke.by_user(user.id, because="factor_removed")
