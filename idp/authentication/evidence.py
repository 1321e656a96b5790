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
    RECOVERY_CODE = "recovery_code"


PRIMARY = frozenset({Method.PASSWORD})
"""Methods that say who somebody is."""

SECOND = frozenset({Method.TOTP, Method.RECOVERY_CODE})
"""Methods that add a factor to a primary one."""

AMR_VALUES = {Method.PASSWORD: "pwd", Method.TOTP: "otp", Method.RECOVERY_CODE: "recovery"}
"""RFC 8176 §2; `recovery` is ours, since a recovery code is not an OTP generated now."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One factor, proven once. `id` is the event's row, empty until it is written."""

    method: Method
    user_id: str
    credential_id: str
    proven_at: datetime
    id: str = ""


def counted(
    proofs: Iterable[Evidence], *, since: datetime | None, now: datetime, lifetime: timedelta
) -> tuple[Evidence, ...]:
    """Per method the newest proof not older than `since` and not older than `lifetime`, oldest
    first.
    """
    limit = max(since, now - lifetime) if since else now - lifetime
    newest: dict[Method, Evidence] = {}
    for proof in sorted(proofs, key=lambda proof: proof.proven_at):
        if proof.proven_at >= limit:
            newest[proof.method] = proof
    return tuple(sorted(newest.values(), key=lambda proof: proof.proven_at))


def amr(proofs: Iterable[Evidence]) -> tuple[str, ...]:
    """RFC 8176: a value per counted method, and `mfa` when more than one kind of
    factor was proven.
    """
    methods = {proof.method for proof in proofs}
    values = [AMR_VALUES[method] for method in Method if method in methods]
    if methods & PRIMARY and methods & SECOND:
        values.append("mfa")
    return tuple(values)


def auth_time(proofs: Iterable[Evidence]) -> datetime | None:
    """The oldest counted proof, so that everything in `amr` happened at or after it
    (OIDC Core §2).
    """
    return min((proof.proven_at for proof in proofs), default=None)
