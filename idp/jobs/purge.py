"""Remove what has no meaning any more, in batches so small that nobody waits behind one.

Every statement finds its rows by an index on an instant. Nothing here decides: a row that is purged
was already refused by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from idp import models
from idp.audit import retention
from idp.extensions import db, rows_changed, settings, transaction

BATCH = 100
"""Rows of one transaction."""
MOST_BATCHES = 200
"""Of one table in one run; what is left waits for the next, so that stopping takes no time."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Stale:
    """Rows of one table that nobody will ask for."""

    key: InstrumentedAttribute[str] | InstrumentedAttribute[bytes]
    condition: ColumnElement[bool]


def run(now: datetime) -> int:
    """Purge everything that is due. Returns the number of rows."""
    removed = sum(_in_batches(partial(_remove_some, stale)) for stale in _everything_stale(now))
    removed += _in_batches(_remove_some_traces)
    if keep := settings().audit.retention:
        removed += _in_batches(partial(retention.remove_some, now - keep, BATCH))
    return removed + _in_batches(partial(_remove_some_families, now))


def _everything_stale(now: datetime) -> tuple[_Stale, ...]:
    tokens, sessions = settings().tokens, settings().sessions
    # A spent code is recognised as long as anything that was issued from it can live (R58).
    code_is_forgotten = now - tokens.refresh_token_lifetime - tokens.spent_code_retention
    # What acr and amr of a token rest on stays as long as the token can be renewed.
    proof_is_forgotten = now - tokens.refresh_token_lifetime - sessions.absolute_lifetime - _DAY
    return (
        # A day longer than needed: the page of an expired interaction says where to start again.
        _Stale(models.Interaction.id, models.Interaction.expires_at < now - _DAY),
        _Stale(models.Session.id, models.Session.expires_at < now - _DAY),
        _Stale(
            models.AuthenticationEvent.id,
            models.AuthenticationEvent.proven_at < proof_is_forgotten,
        ),
        _Stale(
            models.AuthorizationCode.digest,
            models.AuthorizationCode.expires_at < code_is_forgotten,
        ),
        _Stale(models.RefreshToken.digest, models.RefreshToken.expires_at < now - _DAY),
        _Stale(models.UsedAssertion.digest, models.UsedAssertion.expires_at < now),
        _Stale(
            models.DeviceAuthorization.digest, models.DeviceAuthorization.expires_at < now - _DAY
        ),
        _Stale(
            models.RequestTrace.id,
            models.RequestTrace.happened_at < now - settings().traces.lifetime,
        ),
        _Stale(models.FormSubmission.digest, models.FormSubmission.expires_at < now),
        _Stale(models.TrialSignIn.state_digest, models.TrialSignIn.expires_at < now - _DAY),
        _Stale(models.DeniedToken.jti, models.DeniedToken.expires_at < now),
        _Stale(models.IdempotentRequest.digest, models.IdempotentRequest.expires_at < now),
        _Stale(models.Bucket.key, models.Bucket.expires_at < now),
        _Stale(models.PasskeyChallenge.bound_to, models.PasskeyChallenge.expires_at < now - _DAY),
        _Stale(models.KnownDevice.id, models.KnownDevice.expires_at < now),
        _Stale(models.TrustedDevice.id, models.TrustedDevice.expires_at < now),
        _Stale(models.TotpMiss.bound_to, models.TotpMiss.missed_at < now - _DAY),
        _Stale(
            models.InitialAccessToken.digest,
            models.InitialAccessToken.expires_at < now - _DAY,
        ),
        _Stale(models.FactorReset.id, models.FactorReset.ended_at < now - 30 * _DAY),
        _Stale(models.MailedLink.digest, models.MailedLink.expires_at < now - 7 * _DAY),
        _Stale(models.OutboundMessage.id, models.OutboundMessage.delivered_at < now - 7 * _DAY),
        _Stale(models.OutboundMessage.id, models.OutboundMessage.dead_at < now - 30 * _DAY),
        _Stale(
            models.TotpCredential.id,
            and_(
                models.TotpCredential.pending_until < now - _DAY,
                models.TotpCredential.confirmed_at.is_(None),
            ),
        ),
        _Stale(
            models.RecoveryCodeSet.id,
            and_(
                models.RecoveryCodeSet.pending_until < now - _DAY,
                models.RecoveryCodeSet.confirmed_at.is_(None),
            ),
        ),
    )


def _in_batches(remove_some: Callable[[], int]) -> int:
    removed = 0
    for _ in range(MOST_BATCHES):
        with transaction():
            batch = remove_some()
        removed += batch
        if batch < BATCH:
            break
    return removed


def _remove_some(stale: _Stale) -> int:
    some = select(stale.key).where(stale.condition).limit(BATCH)
    return rows_changed(delete(stale.key.class_).where(stale.key.in_(some)))


def _remove_some_traces() -> int:
    """Those of clients that have more than their share; the oldest go."""
    trace = models.RequestTrace
    rank = func.row_number().over(partition_by=trace.client_id, order_by=trace.id.desc())
    ranked = select(trace.id, rank.label("rank")).subquery()
    too_many = select(ranked.c.id).where(ranked.c.rank > settings().traces.kept_per_client)
    return rows_changed(delete(trace).where(trace.id.in_(too_many.limit(BATCH))))


def _remove_some_families(now: datetime) -> int:
    """Families past their absolute end, and the spent codes that they came from."""
    family, token, code = models.TokenFamily, models.RefreshToken, models.AuthorizationCode
    ended = (
        family.expires_at < now - settings().tokens.spent_code_retention,
        # One that rotated a thousand times waits until its tokens have gone, a batch at a time.
        ~exists().where(token.family_id == family.id),
    )
    rows = db.session.execute(select(family.id, family.code_digest).where(*ended).limit(BATCH))
    digests = {row.id: row.code_digest for row in rows}
    if digests:
        rows_changed(delete(code).where(code.digest.in_(filter(None, digests.values()))))
        rows_changed(delete(family).where(family.id.in_(digests)))
    return len(digests)
