"""After a backup was put back, whatever was used or ended since then would be good again (R99).

Nobody can tell from the database which of it that is, so all of it ends: sessions, codes, tokens,
links, trusted browsers, recovery codes, and the keys that signed. What changed about accounts since
the backup (a new password, a factor removed, somebody disabled) is gone, too, and has to be done
again by hand; docs/reliability.md says how to find it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from idp import audit, clock
from idp.accounts import logout_notices
from idp.accounts.factor_reset import Ending
from idp.audit import catalogue
from idp.authentication import time_check
from idp.extensions import db, rows_changed, settings
from idp.models import (
    AuthorizationCode,
    DeviceAuthorization,
    FactorReset,
    InitialAccessToken,
    Interaction,
    MailedLink,
    OutboundMessage,
    PasskeyChallenge,
    PushedRequest,
    RecoveryCode,
    Session,
    TokenFamily,
    TotpCredential,
    TrustedDevice,
)
from idp.signing import rotation

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import UpdateBase

REASON = "backup_restored"


def end_everything(reason: str) -> dict[str, int]:
    """Returns how much of each kind has ended. To be committed before anybody is answered."""
    # Made first: an RSA key takes longer than a write transaction should.
    kids = rotation.start_over()
    now = clock.now()
    # Before the notices of today are put beside them.
    ended = {"messages": rows_changed(_messages(now)), "sessions": _end_sessions(now)}
    ended |= {name: rows_changed(statement) for name, statement in _others(now)}
    _spend_steps(now)
    audit.record(catalogue.BackupRestored(ended=ended, kids=kids, reason=reason))
    return ended


def _end_sessions(now: datetime) -> int:
    """Apps are told, as of any other end of a session."""
    live = select(Session.id).where(Session.ended_at.is_(None), Session.expires_at > now)
    for session_id in db.session.scalars(live).all():
        logout_notices.announce(session_id)
    ending = update(Session).where(Session.ended_at.is_(None))
    return rows_changed(ending.values(ended_at=now))


def _messages(now: datetime) -> UpdateBase:
    """Whatever waits has been sent long since, or speaks of links that have ended."""
    waits = (OutboundMessage.delivered_at.is_(None), OutboundMessage.dead_at.is_(None))
    return (
        update(OutboundMessage)
        .where(*waits)
        .values(dead_at=now, last_error=REASON, secret_sealed=None)
    )


def _others(now: datetime) -> Iterator[tuple[str, UpdateBase]]:
    yield (
        "tokens",
        update(TokenFamily)
        .where(TokenFamily.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because=REASON),
    )
    unused = (AuthorizationCode.consumed_at.is_(None), AuthorizationCode.revoked_at.is_(None))
    yield "codes", update(AuthorizationCode).where(*unused).values(revoked_at=now)
    unanswered = PushedRequest.consumed_at.is_(None)
    yield "pushed_requests", update(PushedRequest).where(unanswered).values(consumed_at=now)
    waiting = (DeviceAuthorization.consumed_at.is_(None), DeviceAuthorization.denied_at.is_(None))
    yield "devices", update(DeviceAuthorization).where(*waiting).values(denied_at=now)
    yield "interactions", delete(Interaction)
    unspent = MailedLink.consumed_at.is_(None)
    yield "links", update(MailedLink).where(unspent).values(consumed_at=now)
    trusted = TrustedDevice.revoked_at.is_(None)
    yield "trusted_browsers", update(TrustedDevice).where(trusted).values(revoked_at=now)
    unused_codes = update(RecoveryCode).where(RecoveryCode.consumed_at.is_(None))
    yield "recovery_codes", unused_codes.values(consumed_at=now)
    under_way = update(FactorReset).where(FactorReset.ended_at.is_(None))
    yield "factor_resets", under_way.values(ended_at=now, outcome=Ending.CANCELLED)
    open_for_use = update(InitialAccessToken).where(InitialAccessToken.expires_at > now)
    yield "initial_access_tokens", open_for_use.values(expires_at=now)
    yield "passkey_challenges", delete(PasskeyChallenge)


def _spend_steps(now: datetime) -> None:
    """One-time codes that may have been used in the last minutes, up to the newest that counts."""
    step = int(now.timestamp()) // time_check.STEP_SECONDS
    newest = step + settings().second_factor.totp_forward_steps
    older = or_(TotpCredential.last_step < newest, TotpCredential.last_step.is_(None))
    rows_changed(
        update(TotpCredential)
        .where(older, TotpCredential.confirmed_at.is_not(None))
        .values(last_step=newest)
    )
    pending = update(TotpCredential).where(TotpCredential.confirmed_at.is_(None))
    rows_changed(pending.values(pending_until=now))
