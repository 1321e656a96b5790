"""Proofs of single factors, and the `amr` and `auth_time` that follow from them. Pure.

Evidence is made only by the verifier that checked the factor. What counts is, per method, the
newest proof that is young enough; a claim is never set from anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Method(StrEnum):
    """A kind of factor."""

    PASSWORD = "password"  # noqa: S105  the name of a method
    TOTP = "totp"
    PASSKEY = "passkey"
    """Always with user verification: the device asked for a finger, a face or its PIN."""
    RECOVERY_CODE = "recovery_code"


PRIMARY = frozenset({Method.PASSWORD, Method.PASSKEY})
"""Methods that say who somebody is."""

SECOND = frozenset({Method.TOTP, Method.PASSKEY, Method.RECOVERY_CODE})
"""Methods that add a factor to a primary one. A passkey is both: a key, and what unlocks it."""

ENROLLABLE = frozenset({Method.TOTP, Method.PASSKEY})
"""Second factors that a person sets up; a recovery code stands in for one that was lost."""

CARRIED_OVER = frozenset({Method.PASSWORD})
"""What a session that is kept still rests on when an ordinary one would be over: a single factor,
so nothing that is worth two (R42).
"""

AMR_VALUES: dict[Method, tuple[str, ...]] = {
    Method.PASSWORD: ("pwd",),
    Method.TOTP: ("otp",),
    Method.PASSKEY: ("swk", "user"),
    Method.RECOVERY_CODE: ("recovery",),
}
"""RFC 8176 §2; `recovery` is ours, since a recovery code is not an OTP generated now. `hwk` would
need an attestation that we never ask for.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One factor, proven once. `id` is the event's row, empty until it is written."""

    method: Method
    user_id: str
    credential_id: str
    proven_at: datetime
    id: str = ""


def counted(
    proofs: Iterable[Evidence],
    *,
    since: datetime | None,
    now: datetime,
    lifetime: timedelta,
    password_lifetime: timedelta | None = None,
) -> tuple[Evidence, ...]:
    """Per method the newest proof not older than `since` and not older than `lifetime`, oldest
    first. `password_lifetime`: a longer one for the password of a session that is kept.
    """
    newest: dict[Method, Evidence] = {}
    carried = max(lifetime, password_lifetime or lifetime)
    for proof in sorted(proofs, key=lambda proof: proof.proven_at):
        oldest = now - (carried if proof.method in CARRIED_OVER else lifetime)
        if proof.proven_at >= (max(since, oldest) if since else oldest):
            newest[proof.method] = proof
    return tuple(sorted(newest.values(), key=lambda proof: proof.proven_at))


def amr(proofs: Iterable[Evidence]) -> tuple[str, ...]:
    """RFC 8176: a value per counted method, and `mfa` when more than one kind of
    factor was proven.
    """
    methods = {proof.method for proof in proofs}
    values = [value for method in Method if method in methods for value in AMR_VALUES[method]]
    if methods & PRIMARY and methods & SECOND:
        values.append("mfa")
    return tuple(values)


def auth_time(proofs: Iterable[Evidence]) -> datetime | None:
    """The oldest counted proof, so that everything in `amr` happened at or after it
    (OIDC Core §2).
    """
    return min((proof.proven_at for proof in proofs), default=None)
