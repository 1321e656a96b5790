"""What nobody will ask for any more, by subject; each found by an index on an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from idp import models
from idp.audit import activity
from idp.extensions import settings

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of one table, from before an instant. They go in the order of `instant`, which has an
    index: else PostgreSQL, told that half of a table is to go, reads it from its beginning for
    every batch, past all that has gone already.
    """

    key: InstrumentedAttribute[str] | InstrumentedAttribute[bytes] | InstrumentedAttribute[datetime]
    instant: InstrumentedAttribute[Any]
    before: datetime | str
    besides: ColumnElement[bool] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """What a row has to meet."""
        old = self.instant < self.before
        return old if self.besides is None else old & self.besides


def everything(now: datetime) -> Iterator[Stale]:
    """Of all subjects."""
    yield from _of_sign_ins(now)
    yield from _of_tokens(now)
    yield from _of_factors_and_devices(now)
    yield from _of_links_and_messages(now)
    yield from _of_administration(now)


def _of_sign_ins(now: datetime) -> Iterator[Stale]:
    tokens, sessions = settings().tokens, settings().sessions
    # What acr and amr of a token rest on stays as long as the token can be renewed.
    proof_is_forgotten = now - tokens.refresh_token_lifetime - sessions.absolute_lifetime - _DAY
    # A day longer than needed: the page of an expired interaction says where to start again.
    yield Stale(models.Interaction.id, models.Interaction.expires_at, now - _DAY)
    yield Stale(models.Session.id, models.Session.expires_at, now - _DAY)
    yield Stale(
        models.AuthenticationEvent.id, models.AuthenticationEvent.proven_at, proof_is_forgotten
    )
    yield Stale(models.Bucket.key, models.Bucket.expires_at, now)


def _of_tokens(now: datetime) -> Iterator[Stale]:
    tokens = settings().tokens
    # A spent code is recognised as long as anything that was issued from it can live (R58).
    code_is_forgotten = now - tokens.refresh_token_lifetime - tokens.spent_code_retention
    code, device = models.AuthorizationCode, models.DeviceAuthorization
    yield Stale(code.digest, code.expires_at, code_is_forgotten)
    yield Stale(models.RefreshToken.digest, models.RefreshToken.expires_at, now - _DAY)
    yield Stale(models.UsedAssertion.digest, models.UsedAssertion.expires_at, now)
    yield Stale(device.digest, device.expires_at, now - _DAY)
    yield Stale(models.PushedRequest.digest, models.PushedRequest.expires_at, now - _DAY)
    yield Stale(models.DeniedToken.jti, models.DeniedToken.expires_at, now)
    token = models.InitialAccessToken
    yield Stale(token.digest, token.expires_at, now - _DAY)


def _of_factors_and_devices(now: datetime) -> Iterator[Stale]:
    challenge, app, codes = models.PasskeyChallenge, models.TotpCredential, models.RecoveryCodeSet
    yield Stale(challenge.bound_to, challenge.expires_at, now - _DAY)
    yield Stale(models.KnownDevice.id, models.KnownDevice.expires_at, now)
    yield Stale(models.TrustedDevice.id, models.TrustedDevice.expires_at, now)
    yield Stale(models.TotpMiss.bound_to, models.TotpMiss.missed_at, now - _DAY)
    yield Stale(models.FactorReset.id, models.FactorReset.ended_at, now - 30 * _DAY)
    yield Stale(app.id, app.pending_until, now - _DAY, app.confirmed_at.is_(None))
    yield Stale(codes.id, codes.pending_until, now - _DAY, codes.confirmed_at.is_(None))


def _of_links_and_messages(now: datetime) -> Iterator[Stale]:
    message = models.OutboundMessage
    yield Stale(models.MailedLink.digest, models.MailedLink.expires_at, now - 7 * _DAY)
    yield Stale(message.id, message.delivered_at, now - 7 * _DAY)
    yield Stale(message.id, message.dead_at, now - 30 * _DAY)


def _of_administration(now: datetime) -> Iterator[Stale]:
    trace, trial = models.RequestTrace, models.TrialSignIn
    yield Stale(trace.id, trace.happened_at, now - settings().traces.lifetime)
    yield Stale(models.FormSubmission.digest, models.FormSubmission.expires_at, now)
    yield Stale(trial.state_digest, trial.expires_at, now)
    yield Stale(models.IdempotentRequest.digest, models.IdempotentRequest.expires_at, now)
    yield Stale(models.EventCount.hour, models.EventCount.hour, now - activity.KEPT)
