"""Passwords: find the user by what was typed, verify, set. The rules are in `password_rules`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import lazyload

from idp import audit, clock, metrics, opaque, throttle
from idp.audit import catalogue
from idp.authentication import (
    account_turn,
    hash_pool,
    imported_hash,
    known_device,
    limited,
    password_hash,
    trusted_device,
)
from idp.authentication.evidence import Evidence, Method
from idp.authentication.hash_pool import Slot
from idp.authentication.identifier import canonical
from idp.authentication.password_hash import Pepper, StoredHash
from idp.authentication.password_rules import is_too_long, minimum_length, problems
from idp.authentication.verdict import Busy, Reason, Rejected, Throttled
from idp.extensions import db, insert, keyring, let_go, settings
from idp.models import EmailAddress, Password, User
from idp.prepared import Prepared
from idp.throttle import Device, Refused, Taken
from idp.throttle.limits import PASSWORD_SERIES

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = ["find_user", "minimum_length", "prepare", "problems", "set_password", "store", "verify"]

T = TypeVar("T")

PATIENCE = timedelta(seconds=10)
"""Who sets a password waits for a slot longer than who guesses one."""

_FIND_USER = (
    select(User)
    .join(EmailAddress, EmailAddress.user_id == User.id)
    .where(EmailAddress.canonical == bindparam("canonical"))
    .options(lazyload(User.email_addresses))
)
_ROWS = cast("Table", Password.__table__)
_FIND = Prepared(
    select(_ROWS.c.id, _ROWS.c.hash, _ROWS.c.pepper_key_id, _ROWS.c.scheme, _ROWS.c.recipe).where(
        _ROWS.c.user_id == bindparam("owner_id")
    )
)
_KEEPING = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("credential_id"),
        select(User.id).where(User.id == _ROWS.c.user_id, User.disabled_at.is_(None)).exists(),
    )
    .values({name: bindparam(name) for name in ("scheme", "hash", "pepper_key_id", "recipe")})
)
_KEEP = Prepared(_KEEPING.where(_ROWS.c.hash == bindparam("was")))
_KEEP_IMPORTED = Prepared(_KEEPING.where(_ROWS.c.recipe == bindparam("was")))


@dataclass(frozen=True, slots=True)
class _Credential:
    """The row of a password, as it was when the check began."""

    id: str
    stored: StoredHash


class _Guesser(TypedDict):
    """By whom tries are counted."""

    counted_as: str
    user_id: str | None
    device: Device


def find_user(identifier: str) -> User | None:
    """By e-mail address, however it was written. Disabled users are found too."""
    name = canonical(identifier)
    if "\x00" in name or not name.isprintable():
        return None
    return db.session.scalar(_FIND_USER, {"canonical": name})


def verify(
    user: User | None, identifier: str, password: str
) -> Evidence | Rejected | Throttled | Busy:
    """One answer, in one time, for a wrong password, an unknown name, an account without either."""
    if is_too_long(password):
        return _refused(Reason.MALFORMED)
    counted_as = user.id if user else limited.stranger(identifier)
    device = known_device.for_password(counted_as)
    who = _Guesser(counted_as=counted_as, user_id=user.id if user else None, device=device)
    pool = _pool()
    # Who would be refused takes no place in the line.
    if pool.is_crowded(device) and (refused := limited.refusal("password", **who)):
        return _throttled(refused)
    credential = _credential_of(user)
    let_go()
    # The try is taken when the line has been stood in: of many who come at once from one address,
    # those who wait have not failed yet.
    in_line_as = None if settings().throttling == "off" else counted_as
    with pool.slot_for(in_line_as, settings().passwords.hash_wait, device) as slot:
        if not isinstance(slot, Slot):
            metrics.factor_results.labels(Method.PASSWORD, type(slot).__name__.lower()).inc()
            return slot
        taken = limited.attempt("password", **who)
        if isinstance(taken, Refused):
            return _throttled(taken)
        is_right = slot.run(_matching(password, credential))
    if user is None or credential is None or not is_right or user.disabled_at is not None:
        return _wrong(user, credential, taken, is_right=is_right)
    return _right(user, credential, taken, password, device)


def _throttled(refused: Refused) -> Rejected | Throttled:
    metrics.factor_results.labels(Method.PASSWORD, "throttled").inc()
    is_shut = PASSWORD_SERIES in refused.for_good
    return Rejected(Reason.KNOWN_BROWSERS_ONLY) if is_shut else Throttled(refused.wait)


def prepare(password: str) -> StoredHash | Busy:
    """Hash a new password. Slow, so before the first write of the transaction that stores it."""
    pepper, cost = pepper_of(None), settings().passwords.bcrypt_cost
    return hashed(lambda: password_hash.make(password, pepper, cost), PATIENCE)


def store(user: User, prepared: StoredHash) -> None:
    """Make it the user's password; what was there before is gone."""
    values = columns(prepared) | {"changed_at": clock.now()}
    new = insert(Password).values(id=opaque.identifier(), user_id=user.id, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=[Password.user_id], set_=values))
    throttle.clear_series(PASSWORD_SERIES, user=user.id)
    trusted_device.revoke_all(user.id, because="password_changed")
    audit.record(catalogue.PasswordChanged(user_id=user.id))


def set_password(user: User, password: str) -> Busy | None:
    """Prepare and store. The caller has asked `problems` first."""
    prepared = prepare(password)
    if isinstance(prepared, Busy):
        return prepared
    store(user, prepared)
    return None


def _matching(password: str, credential: _Credential | None) -> Callable[[], bool]:
    """The comparison, which takes as long for an account that has no password, or that is none."""
    stored = credential.stored if credential else None
    pepper = pepper_of(stored.pepper_key_id if stored else None)
    cost = settings().passwords.bcrypt_cost
    if stored is not None and stored.recipe is not None:
        return partial(imported_hash.matches, password, stored, pepper, cost)
    return partial(password_hash.matches, password, stored, pepper, cost)


def columns(kept: StoredHash) -> dict[str, str | None]:
    """Of its row."""
    return {
        "scheme": kept.scheme,
        "hash": kept.hash,
        "pepper_key_id": kept.pepper_key_id,
        "recipe": kept.recipe,
    }


def _right(
    user: User, credential: _Credential, taken: Taken, password: str, device: Device
) -> Evidence | Rejected:
    renewed = _renewed(credential.stored, password)
    account_turn.take(user.id)
    if not _is_in_force(credential, renewed or credential.stored):
        return _wrong(user, credential, taken, is_right=False)
    throttle.give_back(taken)
    if device is Device.KNOWN:
        # The owner is heard here: the failures of strangers elsewhere are not in a row any more.
        throttle.clear_series(PASSWORD_SERIES, user=user.id)
    audit.record(catalogue.PasswordAccepted(user_id=user.id))
    metrics.factor_results.labels(Method.PASSWORD, "accepted").inc()
    return Evidence(Method.PASSWORD, user.id, credential.id, clock.now())


def _is_in_force(credential: _Credential, kept: StoredHash) -> bool:
    """Hashing took its time: whether what was checked is still the password of an account that may
    sign in. The UPDATE, which also keeps it in its newest form, is the gate.
    """
    stored = credential.stored
    # An imported one may have been wrapped meanwhile; its recipe holds its salt, and stays.
    gate, was = (_KEEP_IMPORTED, stored.recipe) if stored.recipe else (_KEEP, stored.hash)
    return gate.write({"credential_id": credential.id, "was": was, **columns(kept)}) == 1


def _wrong(
    user: User | None, credential: _Credential | None, taken: Taken, *, is_right: bool
) -> Rejected:
    reason = "wrong"
    if user is None:
        reason = "unknown_user"
    elif credential is None:
        reason = "no_password"
    elif is_right:
        reason = "disabled"
    user_id = user.id if user else None
    audit.record(catalogue.PasswordRejected(user_id=user_id, reason=reason))
    if taken.fills(PASSWORD_SERIES):
        audit.record(catalogue.GuessingSuspected(user_id=user_id))
    return _refused(Reason.WRONG_CREDENTIALS)


def _refused(reason: Reason) -> Rejected:
    metrics.factor_results.labels(Method.PASSWORD, reason).inc()
    return Rejected(reason)


def _credential_of(user: User | None) -> _Credential | None:
    # Asked for an unknown name as well, so that both take the same statements.
    row = _FIND.first({"owner_id": user.id if user else ""})
    return _Credential(row[0], StoredHash(*row[1:])) if row else None


def _renewed(stored: StoredHash, password: str) -> StoredHash | None:
    """The same password hashed anew, when the cost or the pepper has changed and a slot is free."""
    pepper, cost = pepper_of(None), settings().passwords.bcrypt_cost
    if stored.cost == cost and stored.pepper_key_id == pepper.key_id:
        return None
    renewed = hashed(
        lambda: password_hash.make(password, pepper, cost), settings().passwords.hash_wait
    )
    return None if isinstance(renewed, Busy) else renewed


def pepper_of(key_id: str | None) -> Pepper:
    chosen = key_id or keyring().active_id
    return Pepper(chosen, keyring().derive("pepper", chosen))


def hashed(job: Callable[[], T], wait: timedelta) -> T | Busy:
    """In the pool, and never in a transaction that has written: everybody would queue behind it."""
    let_go()
    return _pool().run(job, wait)


def _pool() -> hash_pool.HashPool:
    passwords = settings().passwords
    return hash_pool.pool(hash_pool.slots_for(passwords.hash_slots), passwords.hash_queue)
