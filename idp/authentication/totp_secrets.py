"""The sealed secrets of authenticator apps: each opens only in its own row and for its own user."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from idp import audit
from idp.audit import catalogue
from idp.authentication.totp_codes import Secret
from idp.extensions import db, keyring
from idp.models import TotpCredential, User
from idp.sealing import Place, SealBroken


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A row whose secret has been opened."""

    id: str
    secret: Secret


def sealed(credential_id: str, user_id: str, secret: Secret) -> bytes:
    """What the row keeps."""
    return keyring().seal(secret.base32.encode("ascii"), _place(credential_id, user_id))


def opened(user: User, *conditions: ColumnElement[bool]) -> list[Authenticator]:
    """The user's rows that meet the conditions, oldest first."""
    rows = db.session.execute(
        select(
            TotpCredential.id,
            TotpCredential.secret_sealed,
            TotpCredential.algorithm,
            TotpCredential.digits,
            TotpCredential.period,
        )
        .where(TotpCredential.user_id == user.id, *conditions)
        .order_by(TotpCredential.id)
    )
    found = []
    for id_, secret_sealed, algorithm, digits, period in rows:
        try:
            base32 = keyring().unseal(secret_sealed, _place(id_, user.id)).decode("ascii")
        except SealBroken:
            # Altered, or moved here from another user: it must not count, and somebody must know.
            audit.record(catalogue.SealFoundBroken(user_id=user.id, credential_id=id_))
            continue
        found.append(Authenticator(id_, Secret(base32, algorithm, digits, period)))
    return found


def _place(credential_id: str, user_id: str) -> Place:
    return Place("totp_credentials", "secret_sealed", credential_id, user_id)
