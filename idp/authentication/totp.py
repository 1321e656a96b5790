"""Time-based one-time passwords (RFC 6238): enrol, confirm, verify, remove."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select, update

from idp import audit, clock, metrics, opaque, throttle
from idp.audit import catalogue
from idp.authentication import (
    account_turn,
    known_device,
    limited,
    time_check,
    totp_codes,
    trusted_device,
)
from idp.authentication.clock_hint import hint
from idp.authentication.evidence import Evidence, Method
from idp.authentication.totp_codes import Secret
from idp.authentication.totp_secrets import Authenticator, opened, sealed
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db, insert, rows_changed, settings
from idp.mail import messages
from idp.models import AuthenticationEvent, TotpCredential, User
from idp.throttle import Refused, Taken
from idp.throttle.limits import INTERACTION_CODES, TOTP_SERIES

DEFAULT_NAME = "Authenticator app"


@dataclass(frozen=True, slots=True)
class PendingTotp:
    """A secret to be shown now, to whoever it is bound to, and never again."""

    credential_id: str
    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)


# --- Enrolment -----------------------------------------------------------------------------------


def begin(user: User, bound_to: str) -> PendingTotp:
    """A new secret, sealed until its first code; the same one again for the same `bound_to`."""
    now = clock.now()
    credential_id, secret = opaque.identifier(), totp_codes.new_secret()
    values = {
        "id": credential_id,
        "user_id": user.id,
        "name": DEFAULT_NAME,
        "secret_sealed": sealed(credential_id, user.id, secret),
        "created_at": now,
        "pending_until": now + settings().second_factor.enrolment_lifetime,
    }
    pending = _pending(user, bound_to)
    if pending is None:
        # Two tabs that open at once show one secret: only the first insert, or a renewal, counts.
        new = insert(TotpCredential).values(bound_to=bound_to, **values)
        replaced = new.on_conflict_do_update(
            index_elements=[TotpCredential.bound_to],
            set_=values,
            where=(TotpCredential.pending_until <= now) | (TotpCredential.user_id != user.id),
        )
        db.session.execute(replaced)
        pending = _pending(user, bound_to)
    if pending is None:
        raise RuntimeError("the pending authenticator was taken over by another transaction")
    return _shown(user, pending)


def confirm(user: User, bound_to: str, code: str, name: str) -> Evidence | Rejected | Throttled:
    """The first right code makes it count, and is itself a proof."""
    taken = limited.attempt("totp_enrolment", counted_as=user.id, user_id=user.id)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    first = _first_code(user, bound_to, code)
    if isinstance(first, Rejected):
        return first
    credential_id, step = first
    account_turn.take(user.id)
    if not _is_confirmed(user, credential_id, step, name):
        return Rejected(Reason.EXPIRED)
    throttle.give_back(taken)
    trusted_device.revoke_all(user.id, because="factors_changed")
    audit.record(catalogue.TotpEnrolled(user_id=user.id, credential_id=credential_id, by="user"))
    messages.totp_added(user, _accepted_name(name))
    return Evidence(Method.TOTP, user.id, credential_id, clock.now())


def _first_code(user: User, bound_to: str, code: str) -> tuple[str, int] | Rejected:
    """The pending credential whose secret the code is right for, and the code's step."""
    typed, pending = totp_codes.normalised(code), _pending(user, bound_to)
    if pending is None:
        return Rejected(Reason.EXPIRED)
    if typed is None:
        return Rejected(Reason.MALFORMED)
    if not time_check.is_trustworthy():
        return _clock_refused(user)
    step = _newest_match(pending.secret, typed)
    if step is None:
        return Rejected(Reason.WRONG_CODE, hint([pending.secret], typed, bound_to))
    return pending.id, step


def enrol_directly(user: User, *, reason: str = "", name: str = DEFAULT_NAME) -> PendingTotp:
    """For the terminal: counts at once. The caller shows the secret to its owner."""
    credential_id, secret = opaque.identifier(), totp_codes.new_secret()
    db.session.add(
        TotpCredential(
            id=credential_id,
            user_id=user.id,
            name=name,
            secret_sealed=sealed(credential_id, user.id, secret),
            confirmed_at=clock.now(),
        )
    )
    db.session.flush()
    trusted_device.revoke_all(user.id, because="factors_changed")
    audit.record(
        catalogue.TotpEnrolled(
            user_id=user.id, credential_id=credential_id, by="administrator", reason=reason
        )
    )
    return _shown(user, Authenticator(credential_id, secret))


# --- What is enrolled ----------------------------------------------------------------------------


def is_enrolled(user_id: str) -> bool:
    """Whether codes can be asked for."""
    found = select(TotpCredential.id).where(*_confirmed_of(user_id)).limit(1)
    return db.session.scalar(found) is not None


def is_frozen(user: User) -> bool:
    """Whether too many wrong codes in a row have closed this factor for browsers like this one."""
    device = known_device.for_second_factor(user.id)
    return throttle.is_closed(TOTP_SERIES, user=user.id, device=device)


def enrolled(user: User) -> list[TotpCredential]:
    """The user's authenticator apps, oldest first."""
    found = select(TotpCredential).where(*_confirmed_of(user.id)).order_by(TotpCredential.id)
    return list(db.session.scalars(found))


def remove(user: User, credential_id: str) -> bool:
    """It is gone, and what it proved proves nothing. False: this user has no such app."""
    removed = rows_changed(
        delete(TotpCredential).where(TotpCredential.id == credential_id, *_confirmed_of(user.id))
    )
    if removed != 1:
        return False
    proofs = update(AuthenticationEvent).where(
        AuthenticationEvent.credential_id == credential_id,
        AuthenticationEvent.user_id == user.id,
        AuthenticationEvent.revoked_at.is_(None),
    )
    rows_changed(proofs.values(revoked_at=clock.now()))
    audit.record(catalogue.TotpRemoved(user_id=user.id, credential_id=credential_id))
    return True


# --- Verification --------------------------------------------------------------------------------


def verify(user: User, code: str, *, interaction_id: str) -> Evidence | Rejected | Throttled:
    """The one check of a code, whatever it is asked for; each step is accepted once."""
    taken = limited.attempt(
        "totp",
        counted_as=user.id,
        user_id=user.id,
        interaction_id=interaction_id,
        device=known_device.for_second_factor(user.id),
    )
    if isinstance(taken, Refused):
        return _not_checked(taken)
    typed = totp_codes.normalised(code)
    if typed is None:
        return _failed(user, taken, Reason.MALFORMED, "malformed")
    if not time_check.is_trustworthy():
        return _clock_refused(user)
    authenticators = opened(user, *_confirmed_of(user.id))
    for authenticator in authenticators:
        step = _newest_match(authenticator.secret, typed)
        if step is None:
            continue
        account_turn.take(user.id)
        if _spent(authenticator.id, step):
            return _accepted(user, authenticator.id, taken)
        audit.record(catalogue.OtpReplay(user_id=user.id, credential_id=authenticator.id))
        messages.code_reused(user)
        return _failed(user, taken, Reason.WRONG_CODE, "replayed")
    steps_off = hint([one.secret for one in authenticators], typed, interaction_id)
    return _failed(user, taken, Reason.WRONG_CODE, "wrong", steps_off)


def _not_checked(refused: Refused) -> Rejected | Throttled:
    if TOTP_SERIES in refused.closed:
        return Rejected(Reason.FROZEN)
    if INTERACTION_CODES in refused.closed:
        return Rejected(Reason.EXHAUSTED)
    return Throttled(refused.wait)


def _accepted(user: User, credential_id: str, taken: Taken) -> Evidence:
    throttle.give_back(taken)
    audit.record(catalogue.TotpAccepted(user_id=user.id, credential_id=credential_id))
    metrics.factor_results.labels(Method.TOTP, "accepted").inc()
    return Evidence(Method.TOTP, user.id, credential_id, clock.now())


def _failed(
    user: User, taken: Taken, reason: Reason, detail: str, steps_off: int | None = None
) -> Rejected:
    audit.record(catalogue.TotpRejected(user_id=user.id, reason=detail))
    metrics.factor_results.labels(Method.TOTP, detail).inc()
    if detail == "wrong":
        messages.second_step_failed(user)
    if taken.fills(TOTP_SERIES):
        audit.record(catalogue.TotpFrozen(user_id=user.id))
        messages.totp_frozen(user)
        return Rejected(Reason.FROZEN)
    if taken.fills(INTERACTION_CODES):
        return Rejected(Reason.EXHAUSTED)
    return Rejected(reason, steps_off)


def _clock_refused(user: User) -> Rejected:
    audit.record(catalogue.TotpRejected(user_id=user.id, reason="clock"))
    metrics.factor_results.labels(Method.TOTP, "clock").inc()
    return Rejected(Reason.CLOCK)


def _newest_match(secret: Secret, code: str) -> int | None:
    """Within T-1 … T+1, or what the settings narrow it to (RFC 6238 §5.2). The newest one wins."""
    window, now = settings().second_factor, secret.step_at(clock.now())
    steps = range(now - window.totp_backward_steps, now + window.totp_forward_steps + 1)
    return max(secret.matching(code, steps), default=None)


def _spent(credential_id: str, step: int) -> bool:
    """§5.2: once per step, and only forward. The UPDATE is the gate."""
    spending = update(TotpCredential).where(
        TotpCredential.id == credential_id, TotpCredential.last_step < step
    )
    return rows_changed(spending.values(last_step=step, last_used_at=clock.now())) == 1


def _is_confirmed(user: User, credential_id: str, step: int, name: str) -> bool:
    """By its id: meanwhile another secret may wait in the same place, which nobody has proven."""
    now = clock.now()
    confirming = (
        update(TotpCredential)
        .where(
            TotpCredential.id == credential_id,
            TotpCredential.user_id == user.id,
            TotpCredential.confirmed_at.is_(None),
            TotpCredential.pending_until > now,
        )
        .values(
            name=_accepted_name(name),
            last_step=step,
            last_used_at=now,
            confirmed_at=now,
            pending_until=None,
            bound_to=None,
        )
    )
    return rows_changed(confirming) == 1


def _accepted_name(name: str) -> str:
    return " ".join(name.split())[:64] or DEFAULT_NAME


# --- Rows ----------------------------------------------------------------------------------------


def _confirmed_of(user_id: str) -> tuple[ColumnElement[bool], ...]:
    return TotpCredential.user_id == user_id, TotpCredential.confirmed_at.is_not(None)


def _pending(user: User, bound_to: str) -> Authenticator | None:
    waiting = opened(
        user,
        TotpCredential.bound_to == bound_to,
        TotpCredential.confirmed_at.is_(None),
        TotpCredential.pending_until > clock.now(),
    )
    return next(iter(waiting), None)


def _shown(user: User, authenticator: Authenticator) -> PendingTotp:
    account = user.email.address if user.email else user.name
    uri = authenticator.secret.uri(account, settings().brand.name)
    return PendingTotp(authenticator.id, authenticator.secret.base32, uri)
