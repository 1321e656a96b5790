"""Browsers that an account knows, because a sign-in was completed there. It opens nothing: tries
from there have limits of their own, so that strangers who use up theirs lock nobody out (R32).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from idp import carried, clock, opaque, origin
from idp.authentication.evidence import SECOND, Evidence
from idp.carried import Carried
from idp.extensions import INSERTS, Insertion, db, rows_changed
from idp.models import KnownDevice
from idp.prepared import Prepared
from idp.throttle import Device

LIFETIME = timedelta(days=180)
"""Since the last complete sign-in."""


def _remembering(new: Insertion) -> Prepared:
    seen = {name: new.excluded[name] for name in ("user_agent", "last_seen_at", "expires_at")}
    proven = or_(KnownDevice.second_factor_proven, new.excluded.second_factor_proven)
    return Prepared(
        new.on_conflict_do_update(
            index_elements=[KnownDevice.token_digest, KnownDevice.user_id],
            set_=seen | {"second_factor_proven": proven},
        )
    )


_REMEMBER = {dialect: _remembering(into(KnownDevice)) for dialect, into in INSERTS.items()}


def for_password(user_id: str) -> Device:
    """What this browser is to the account. A name that nobody has costs the same look-up."""
    return Device.UNKNOWN if _proof_of_second_factor(user_id) is None else Device.KNOWN


def for_second_factor(user_id: str) -> Device:
    """The same for codes: whoever signed in by the password alone, where an app let them, is no
    better known than before, or the password would buy a second series of guesses (R33).
    """
    return Device.KNOWN if _proof_of_second_factor(user_id) else Device.UNKNOWN


def remember(user_id: str, proofs: tuple[Evidence, ...]) -> bool:
    """After a complete sign-in: known from now on, and for another while. Returns whether it was
    known before.
    """
    was_known = _proof_of_second_factor(user_id) is not None
    value = carried.value(Carried.DEVICE)
    if not was_known and not _was_given_by_us(value):
        value = opaque.make()
    now = clock.now()
    _REMEMBER[db.engine.dialect.name].write(
        {
            "id": opaque.identifier(),
            "user_id": user_id,
            "token_digest": opaque.digest(value),
            "second_factor_proven": any(proof.method in SECOND for proof in proofs),
            "user_agent": origin.current().user_agent,
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + LIFETIME,
        }
    )
    carried.hand(Carried.DEVICE, value)
    return was_known


def forget_all(user_id: str) -> int:
    """Every browser is a stranger to this account again; returns how many were not."""
    return rows_changed(delete(KnownDevice).where(KnownDevice.user_id == user_id))


def forget_others(user_id: str) -> int:
    """Every browser but the one in hand."""
    here = opaque.digest(carried.value(Carried.DEVICE))
    others = delete(KnownDevice).where(
        KnownDevice.user_id == user_id, KnownDevice.token_digest != here
    )
    return rows_changed(others)


def _proof_of_second_factor(user_id: str) -> bool | None:
    """Whether one was proven here; None: the account does not know this browser."""
    value = carried.value(Carried.DEVICE)
    if not value:
        return None
    known = select(KnownDevice.second_factor_proven).where(
        KnownDevice.token_digest == opaque.digest(value),
        KnownDevice.user_id == user_id,
        KnownDevice.expires_at > clock.now(),
    )
    return db.session.scalar(known)


def _was_given_by_us(value: str) -> bool:
    """The accounts of one browser share its value; a made-up one is replaced."""
    if not value:
        return False
    given = select(KnownDevice.id).where(
        KnownDevice.token_digest == opaque.digest(value), KnownDevice.expires_at > clock.now()
    )
    return db.session.scalar(given.limit(1)) is not None
