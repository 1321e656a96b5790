"""Recovery codes: ten at a time, shown until they are saved, each good once."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, or_, select, update

from idp import audit, clock, metrics, opaque, throttle
from idp.audit import catalogue
from idp.authentication import account_turn, known_device, limited, recovery_code_format
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db, insert, keyring, rows_changed, settings
from idp.mail import messages
from idp.models import RecoveryCode, RecoveryCodeSet, User
from idp.prepared import Prepared
from idp.sealing import Place
from idp.throttle import Refused, Taken
from idp.throttle.limits import INTERACTION_CODES, TOTP_SERIES

SET_SIZE = 10
_PURPOSE = "recovery-code"
_SETS = Prepared(
    select(RecoveryCodeSet.confirmed_at).where(RecoveryCodeSet.user_id == bindparam("owner_id"))
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A set that waits to be saved."""

    set_id: str
    codes: tuple[str, ...] = field(repr=False)


# --- A new set -----------------------------------------------------------------------------------


def begin(user: User, bound_to: str) -> tuple[str, ...]:
    """A new set, sealed until it is saved; the same one again for the same `bound_to`."""
    shown = _pending(user, bound_to)
    if shown is None:
        _let_go_of_void(user, bound_to)
        _insert_pending(user, bound_to)
        shown = _pending(user, bound_to)
    if shown is None:
        raise RuntimeError("the pending recovery codes were taken over by another transaction")
    return shown.codes


def pending(user: User, bound_to: str) -> bool:
    """Whether a set is waiting here to be saved."""
    return _pending(user, bound_to) is not None


def replaces_unsaved(user: User, bound_to: str) -> bool:
    """Whether other codes were shown before, elsewhere or too long ago, and none is in force."""
    unsaved = exists().where(
        RecoveryCodeSet.user_id == user.id,
        RecoveryCodeSet.bound_to.is_distinct_from(bound_to),
        RecoveryCodeSet.confirmed_at.is_(None),
    )
    return bool(db.session.scalar(select(unsaved))) and left(user) == 0


def confirm_saved(user: User, bound_to: str) -> bool:
    """From now on only digests remain, and the old set is dead. False: it had waited too long."""
    shown = _pending(user, bound_to)
    if shown is None or not _confirmed(user, shown):
        return False
    others = (RecoveryCodeSet.user_id == user.id, RecoveryCodeSet.id != shown.set_id)
    replaced = delete(RecoveryCodeSet).where(*others).returning(RecoveryCodeSet.confirmed_at)
    options = {"synchronize_session": False}
    if any(db.session.scalars(replaced, execution_options=options).all()):
        messages.recovery_codes_renewed(user)
    key_id = keyring().active_id
    db.session.add_all(
        RecoveryCode(
            user_id=user.id,
            set_id=shown.set_id,
            digest=_digest(user.id, code.replace("-", ""), key_id),
            digest_key_id=key_id,
        )
        for code in shown.codes
    )
    db.session.flush()
    audit.record(catalogue.RecoveryCodesSaved(user_id=user.id))
    return True


def is_left_open(user_id: str) -> bool:
    """Whether codes were shown once, never confirmed as saved, and nothing else is in force."""
    sets = _SETS.all({"owner_id": user_id})
    return bool(sets) and not any(one.confirmed_at for one in sets)


def forget(user_id: str) -> None:
    """Without a factor to replace, there is nothing to recover."""
    rows_changed(delete(RecoveryCodeSet).where(RecoveryCodeSet.user_id == user_id))


# --- Use -----------------------------------------------------------------------------------------


def left(user: User) -> int:
    """How many can still be used."""
    unused = select(func.count()).where(
        RecoveryCode.user_id == user.id, RecoveryCode.consumed_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def verify(user: User, code: str, *, interaction_id: str) -> Evidence | Rejected | Throttled:
    """Guessed out of the same budget as one-time codes; spent by its use."""
    taken = limited.attempt(
        "recovery_code",
        counted_as=user.id,
        user_id=user.id,
        interaction_id=interaction_id,
        device=known_device.for_second_factor(user.id),
    )
    if isinstance(taken, Refused):
        is_over = INTERACTION_CODES in taken.closed
        return Rejected(Reason.EXHAUSTED) if is_over else Throttled(taken.wait)
    typed = recovery_code_format.normalised(code)
    if typed is None:
        return _failed(user, taken, Reason.MALFORMED, "malformed")
    digests = [_digest(user.id, typed, key_id) for key_id in keyring().keys]
    account_turn.take(user.id)
    spent_id = _spent(user.id, digests)
    if spent_id is None:
        return _failed(user, taken, Reason.WRONG_CODE, _why(user.id, digests))
    throttle.give_back(taken)
    if throttle.clear_series(TOTP_SERIES, user=user.id):
        audit.record(catalogue.TotpUnfrozen(user_id=user.id, by="recovery_code"))
    remaining = left(user)
    audit.record(catalogue.RecoveryCodeUsed(user_id=user.id, left=remaining))
    messages.recovery_code_used(user, remaining)
    metrics.factor_results.labels(Method.RECOVERY_CODE, "accepted").inc()
    return Evidence(Method.RECOVERY_CODE, user.id, spent_id, clock.now())


def _failed(user: User, taken: Taken, reason: Reason, detail: str) -> Rejected:
    audit.record(catalogue.RecoveryCodeRejected(user_id=user.id, reason=detail))
    metrics.factor_results.labels(Method.RECOVERY_CODE, detail).inc()
    if reason is Reason.WRONG_CODE:
        messages.second_step_failed(user)
    return Rejected(Reason.EXHAUSTED if taken.fills(INTERACTION_CODES) else reason)


def _spent(user_id: str, digests: list[bytes]) -> str | None:
    """The UPDATE is the gate: of many uses at once one finds the code unspent."""
    spending = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.digest.in_(digests),
            RecoveryCode.consumed_at.is_(None),
        )
        .values(consumed_at=clock.now())
        .returning(RecoveryCode.id)
    )
    options = {"synchronize_session": False}
    return db.session.execute(spending, execution_options=options).scalar()


def _why(user_id: str, digests: list[bytes]) -> str:
    known = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user_id, RecoveryCode.digest.in_(digests)
    )
    return "spent" if db.session.scalar(known) else "wrong"


# --- Rows ----------------------------------------------------------------------------------------


def _let_go_of_void(user: User, bound_to: str) -> None:
    """One that waited too long makes room. That it was shown stays known for a while."""
    is_void = or_(RecoveryCodeSet.pending_until <= clock.now(), RecoveryCodeSet.user_id != user.id)
    letting_go = update(RecoveryCodeSet).where(RecoveryCodeSet.bound_to == bound_to, is_void)
    rows_changed(letting_go.values(bound_to=None, codes_sealed=None))


def _insert_pending(user: User, bound_to: str) -> None:
    now, set_id = clock.now(), opaque.identifier()
    codes = " ".join(recovery_code_format.new() for _ in range(SET_SIZE))
    new = insert(RecoveryCodeSet).values(
        id=set_id,
        user_id=user.id,
        bound_to=bound_to,
        codes_sealed=keyring().seal(codes.encode("ascii"), _place(set_id, user.id)),
        created_at=now,
        pending_until=now + settings().second_factor.enrolment_lifetime,
    )
    db.session.execute(new.on_conflict_do_nothing(index_elements=[RecoveryCodeSet.bound_to]))


def _pending(user: User, bound_to: str) -> _Shown | None:
    row = db.session.execute(
        select(RecoveryCodeSet.id, RecoveryCodeSet.codes_sealed).where(
            RecoveryCodeSet.user_id == user.id,
            RecoveryCodeSet.bound_to == bound_to,
            *_is_waiting(),
        )
    ).first()
    if row is None:
        return None
    opened = keyring().unseal(row.codes_sealed, _place(row.id, user.id))
    return _Shown(row.id, tuple(opened.decode("ascii").split(" ")))


def _is_waiting() -> tuple[ColumnElement[bool], ...]:
    return RecoveryCodeSet.confirmed_at.is_(None), RecoveryCodeSet.pending_until > clock.now()


def _confirmed(user: User, shown: _Shown) -> bool:
    # One at a time per user, so that of two sets confirmed at once the later one wins whole.
    account_turn.take(user.id)
    confirming = update(RecoveryCodeSet).where(RecoveryCodeSet.id == shown.set_id, *_is_waiting())
    values = {
        "confirmed_at": clock.now(),
        "codes_sealed": None,
        "bound_to": None,
        "pending_until": None,
    }
    return rows_changed(confirming.values(values)) == 1


def _digest(user_id: str, code: str, key_id: str) -> bytes:
    return keyring().keyed_digest(_PURPOSE, f"{user_id}:{code}".encode("ascii"), key_id)


def _place(set_id: str, user_id: str) -> Place:
    return Place("recovery_code_sets", "codes_sealed", set_id, user_id)
