"""Passkeys (WebAuthn Level 3): enrol, name, remove, verify.

With user verification, which is always required, a passkey is both factors at once. The ceremony is
imported where it is held: its library weighs 14 MiB, which many processes never need.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from idp import audit, clock, metrics, opaque, throttle
from idp.audit import catalogue
from idp.authentication import account_turn, limited, passkey_challenges, trusted_device
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db, insert, rows_changed, settings
from idp.mail import messages
from idp.models import AuthenticationEvent, Passkey, User
from idp.throttle import Device, Refused
from idp.throttle.limits import TOTP_SERIES

if TYPE_CHECKING:
    from idp.authentication.passkey_ceremony import Claimed, Proven

DEFAULT_NAME = "Passkey"
NAME_LENGTH = 64
USER_HANDLE_SIZE = 64


# --- Enrolment -----------------------------------------------------------------------------------


def begin_enrolment(user: User, bound_to: str) -> str:
    """What the browser is to create, as JSON. A new challenge each time."""
    challenge = passkey_challenges.issue(bound_to)
    from idp.authentication import passkey_ceremony  # noqa: PLC0415

    return passkey_ceremony.creation_options(user, _handle(user), challenge, enrolled(user))


def confirm(user: User, bound_to: str, answer: str, name: str) -> Evidence | Rejected | Throttled:
    """The key that was created counts from now on, and creating it was a proof: the device has
    verified its user for our challenge.
    """
    taken = limited.attempt("passkey_enrolment", counted_as=user.id, user_id=user.id)
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    challenge = passkey_challenges.spend(bound_to)
    if challenge is None:
        return Rejected(Reason.EXPIRED)
    from idp.authentication import passkey_ceremony  # noqa: PLC0415

    key = passkey_ceremony.registered(answer, challenge)
    if key is None:
        return Rejected(Reason.PASSKEY_REFUSED)
    passkey_id, called = opaque.identifier(), " ".join(name.split())[:NAME_LENGTH] or DEFAULT_NAME
    new = insert(Passkey).values(
        id=passkey_id,
        user_id=user.id,
        name=called,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        transports=list(key.transports),
        aaguid=key.aaguid,
        backed_up=key.backed_up,
        created_at=clock.now(),
    )
    account_turn.take(user.id)
    # §7.1: a key that stands here already, for this user or another one, is not taken again.
    if rows_changed(new.on_conflict_do_nothing(index_elements=[Passkey.credential_id])) != 1:
        return Rejected(Reason.PASSKEY_KNOWN)
    throttle.give_back(taken)
    trusted_device.revoke_all(user.id, because="factors_changed")
    audit.record(catalogue.PasskeyAdded(user_id=user.id, credential_id=passkey_id))
    messages.passkey_added(user, called)
    return Evidence(Method.PASSKEY, user.id, passkey_id, clock.now())


def _handle(user: User) -> bytes:
    """§14.6.1: random, the same for all passkeys of the account, and nothing about the person."""
    handle = _stored_handle(user.id)
    if handle is None:
        unset = update(User).where(User.id == user.id, User.webauthn_user_handle.is_(None))
        rows_changed(unset.values(webauthn_user_handle=secrets.token_bytes(USER_HANDLE_SIZE)))
        handle = _stored_handle(user.id)
    if handle is None:
        raise LookupError("the user has gone")
    return handle


def _stored_handle(user_id: str) -> bytes | None:
    return db.session.scalar(select(User.webauthn_user_handle).where(User.id == user_id))


# --- What is enrolled ----------------------------------------------------------------------------


def is_usable(user_id: str) -> bool:
    """Whether this user can be asked for a passkey."""
    found = select(Passkey.id).where(Passkey.user_id == user_id).limit(1)
    return settings().passkeys.enabled and db.session.scalar(found) is not None


def enrolled(user: User) -> list[Passkey]:
    """The user's passkeys, oldest first."""
    return list(
        db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id))
    )


def rename(user: User, passkey_id: str, name: str) -> bool:
    """False: this user has no such passkey."""
    own = update(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    return rows_changed(own.values(name=" ".join(name.split())[:NAME_LENGTH] or DEFAULT_NAME)) == 1


def remove(user: User, passkey_id: str) -> bool:
    """It is gone, and what it proved proves nothing. False: this user has no such passkey."""
    own = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    if rows_changed(own) != 1:
        return False
    proofs = update(AuthenticationEvent).where(
        AuthenticationEvent.credential_id == passkey_id,
        AuthenticationEvent.user_id == user.id,
        AuthenticationEvent.revoked_at.is_(None),
    )
    rows_changed(proofs.values(revoked_at=clock.now()))
    audit.record(catalogue.PasskeyRemoved(user_id=user.id, credential_id=passkey_id))
    return True


# --- Verification --------------------------------------------------------------------------------


def begin_assertion(bound_to: str, user: User | None) -> str:
    """What the browser is to sign, as JSON. `user`: whoever is known here already; a typed name
    knows nobody (R25).
    """
    challenge = passkey_challenges.issue(bound_to)
    from idp.authentication import passkey_ceremony  # noqa: PLC0415

    return passkey_ceremony.request_options(challenge, enrolled(user) if user else ())


def verify(answer: str, *, bound_to: str, user: User | None) -> Evidence | Rejected | Throttled:
    """The one check of an assertion. `user`: nobody else will do; None: whoever it belongs to."""
    taken = limited.attempt(
        "passkey", counted_as=bound_to, user_id=user.id if user is not None else None
    )
    if isinstance(taken, Refused):
        return Throttled(taken.wait)
    challenge = passkey_challenges.spend(bound_to)
    if challenge is None:
        return _refused(user, "stale", Reason.EXPIRED)
    passkey = _checked(answer, challenge, user)
    if isinstance(passkey, Rejected):
        return passkey
    throttle.give_back(taken)
    return _accepted(passkey)


def _checked(answer: str, challenge: bytes, expected: User | None) -> Passkey | Rejected:
    from idp.authentication import passkey_ceremony  # noqa: PLC0415

    claimed = passkey_ceremony.claimed(answer)
    passkey = _find(claimed) if claimed else None
    if claimed is None or passkey is None:
        return _refused(expected, "unknown" if claimed else "malformed")
    owner = db.session.get_one(User, passkey.user_id)
    if problem := _ownership_problem(owner, claimed, expected):
        return _refused(owner, problem)
    proven = passkey_ceremony.proven(answer, challenge, passkey.public_key)
    if proven is None:
        return _refused(owner, "invalid")
    account_turn.take(owner.id)
    return passkey if _counted(passkey, proven) else _alerted(owner, passkey, proven)


def _find(claimed: Claimed) -> Passkey | None:
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == claimed.credential_id))


def _ownership_problem(owner: User, claimed: Claimed, expected: User | None) -> str | None:
    """§7.2, steps 5 and 6. Only where the user was known before may the handle be missing."""
    if expected is not None and expected.id != owner.id:
        return "other_user"
    if claimed.user_handle != owner.webauthn_user_handle and (
        expected is None or claimed.user_handle is not None
    ):
        return "handle"
    return "disabled" if owner.disabled_at is not None else None


def _counted(passkey: Passkey, proven: Proven) -> bool:
    """§6.1.1: a counter in use grows each time. The UPDATE is the gate."""
    is_unused = (Passkey.sign_count == 0) & (proven.sign_count == 0)
    counting = update(Passkey).where(
        Passkey.id == passkey.id, or_(Passkey.sign_count < proven.sign_count, is_unused)
    )
    values = {
        "sign_count": proven.sign_count,
        "backed_up": proven.backed_up,
        "last_used_at": clock.now(),
    }
    return rows_changed(counting.values(values)) == 1


def _accepted(passkey: Passkey) -> Evidence:
    user_id = passkey.user_id
    frozen = any(throttle.is_closed(TOTP_SERIES, user=user_id, device=kind) for kind in Device)
    if frozen and throttle.clear_series(TOTP_SERIES, user=user_id):
        audit.record(catalogue.TotpUnfrozen(user_id=user_id, by="passkey"))
    audit.record(catalogue.PasskeyAccepted(user_id=user_id, credential_id=passkey.id))
    metrics.factor_results.labels(Method.PASSKEY, "accepted").inc()
    return Evidence(Method.PASSKEY, user_id, passkey.id, clock.now())


def _alerted(user: User, passkey: Passkey, proven: Proven) -> Rejected:
    audit.record(
        catalogue.PasskeyCounterAlert(
            user_id=user.id,
            credential_id=passkey.id,
            stored=passkey.sign_count,
            sent=proven.sign_count,
        )
    )
    return _refused(user, "counter")


def _refused(user: User | None, detail: str, reason: Reason = Reason.PASSKEY_REFUSED) -> Rejected:
    audit.record(catalogue.PasskeyRejected(user_id=user.id if user else None, reason=detail))
    metrics.factor_results.labels(Method.PASSKEY, detail).inc()
    return Rejected(reason)
