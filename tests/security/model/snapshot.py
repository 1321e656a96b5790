"""What the database says about some people at one moment, read past the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.engine import Connection

from idp.models import (
    AuthenticationEvent,
    AuthorizationCode,
    Bucket,
    EmailAddress,
    FactorReset,
    MailedLink,
    Passkey,
    PasskeyChallenge,
    Password,
    RecoveryCode,
    RecoveryCodeSet,
    RefreshToken,
    Session,
    TokenFamily,
    TotpCredential,
    TrustedDevice,
    User,
)

LINK = "MailedLink.consumed_at"
_ONE_WAY: tuple[tuple[Any, Any, Any], ...] = (
    (FactorReset.id, FactorReset.ended_at, FactorReset.user_id),
    (RecoveryCode.id, RecoveryCode.consumed_at, RecoveryCode.user_id),
    (AuthorizationCode.digest, AuthorizationCode.consumed_at, AuthorizationCode.user_id),
    (AuthorizationCode.digest, AuthorizationCode.revoked_at, AuthorizationCode.user_id),
    (TokenFamily.id, TokenFamily.revoked_at, TokenFamily.user_id),
    (Session.id, Session.ended_at, Session.user_id),
    (TrustedDevice.id, TrustedDevice.revoked_at, TrustedDevice.user_id),
    (AuthenticationEvent.id, AuthenticationEvent.revoked_at, AuthenticationEvent.user_id),
)
"""What is spent, ended or revoked once: a row's key, its mark, whose it is."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What one person proves identity with, and where mail goes."""

    password: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    passkeys: frozenset[str] = frozenset()
    code_sets: frozenset[str] = frozenset()
    addresses: frozenset[tuple[str, bool]] = frozenset()

    @property
    def has_second(self) -> bool:
        return bool(self.phones or self.passkeys)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`marks`: when each single-use thing was spent. `counters`: what may only grow."""

    proofs: dict[str, Row[Any]]
    sessions: dict[str, Row[Any]]
    marks: dict[tuple[str, Any], datetime | None]
    counters: dict[str, int]
    passkeys_used: dict[str, datetime | None]
    buckets: dict[str, Row[Any]]
    factors: dict[str, Factors]
    trusted: frozenset[tuple[str, datetime]]
    """Users who trust some browser, and until when."""
    users: dict[str, Row[Any]]
    resets: dict[str, Row[Any]]

    def factors_of(self, user_id: str) -> Factors:
        """Of an account that is not there: none."""
        return self.factors.get(user_id) or Factors()


def spent(before: Snapshot, now: Snapshot, kind: str) -> set[Any]:
    """The rows of this kind that were spent in between."""
    return {
        key[1]
        for key, mark in now.marks.items()
        if key[0] == kind and mark is not None and before.marks.get(key) is None
    }


def take(connection: Connection, emails: list[str], known: list[str]) -> Snapshot:
    """One transaction's view of the accounts that have, or ever had, one of these addresses."""
    users = _users(connection, emails)
    user_ids = sorted({*users, *known})

    def rows(*columns: Any, of: Any, where: tuple[ColumnElement[bool], ...] = ()) -> list[Row[Any]]:
        return list(connection.execute(select(*columns).where(of.in_(user_ids), *where)))

    proof, session, totp, key = AuthenticationEvent, Session, TotpCredential, Passkey
    proofs = rows(
        *(proof.id, proof.user_id, proof.method, proof.credential_id),
        *(proof.interaction_id, proof.session_id, proof.proven_at),
        of=proof.user_id,
    )
    sessions = rows(
        *(session.id, session.user_id, session.token_digest, session.ended_at, session.expires_at),
        of=session.user_id,
    )
    counters = rows(totp.id, totp.last_step, of=totp.user_id)
    counters += rows(key.id, key.sign_count, of=key.user_id)
    passkeys = rows(key.id, key.last_used_at, of=key.user_id)
    trusted = rows(
        *(TrustedDevice.user_id, TrustedDevice.expires_at),
        of=TrustedDevice.user_id,
        where=(TrustedDevice.revoked_at.is_(None),),
    )
    reset = FactorReset
    resets = rows(
        *(reset.id, reset.user_id, reset.started_by, reset.approved_by, reset.effective_at),
        *(reset.link_expires_at, reset.interaction_id, reset.outcome),
        of=reset.user_id,
    )
    buckets = connection.execute(
        select(Bucket.key, Bucket.count, Bucket.opens_at, Bucket.expires_at)
    )
    return Snapshot(
        {row.id: row for row in proofs},
        {row.id: row for row in sessions},
        _marks(connection, user_ids, emails),
        {row[0]: row[1] for row in counters},
        {row[0]: row[1] for row in passkeys},
        {row.key: row for row in buckets},
        _factors(connection, user_ids),
        frozenset((row.user_id, row.expires_at) for row in trusted),
        users,
        {row.id: row for row in resets},
    )


def _users(connection: Connection, emails: list[str]) -> dict[str, Row[Any]]:
    columns = select(User.id, User.sub, User.disabled_at, EmailAddress.canonical)
    found = columns.join(EmailAddress).where(EmailAddress.canonical.in_(emails))
    return {row.id: row for row in connection.execute(found)}


def _marks(
    connection: Connection, user_ids: list[str], emails: list[str]
) -> dict[tuple[str, Any], datetime | None]:
    marks: dict[tuple[str, Any], datetime | None] = {}
    link = MailedLink
    is_theirs = or_(link.user_id.in_(user_ids), link.address.in_(emails))
    for row in connection.execute(select(link.digest, link.consumed_at).where(is_theirs)):
        marks["MailedLink.consumed_at", row[0]] = row[1]
    for key, mark, owner in _ONE_WAY:
        for row in connection.execute(select(key, mark).where(owner.in_(user_ids))):
            marks[f"{mark.class_.__name__}.{mark.key}", row[0]] = row[1]
    refreshed = select(RefreshToken.digest, RefreshToken.consumed_at).join(TokenFamily)
    for row in connection.execute(refreshed.where(TokenFamily.user_id.in_(user_ids))):
        marks["RefreshToken.consumed_at", row[0]] = row[1]
    challenges = select(PasskeyChallenge.challenge, PasskeyChallenge.consumed_at)
    for row in connection.execute(challenges):
        marks["PasskeyChallenge.consumed_at", row[0]] = row[1]
    return marks


def _factors(connection: Connection, user_ids: list[str]) -> dict[str, Factors]:
    found: dict[str, dict[str, set[Any]]] = {one: {} for one in user_ids}

    def put(subject: str, value: Any, owner: Any, *where: ColumnElement[bool]) -> None:
        for row in connection.execute(select(owner, value).where(owner.in_(user_ids), *where)):
            found[row[0]].setdefault(subject, set()).add(row[1])

    totp, codes, email = TotpCredential, RecoveryCodeSet, EmailAddress
    put("password", Password.hash, Password.user_id)
    put("phones", totp.id, totp.user_id, totp.confirmed_at.is_not(None))
    put("passkeys", Passkey.id, Passkey.user_id)
    put("code_sets", codes.id, codes.user_id, codes.confirmed_at.is_not(None))
    columns = select(email.user_id, email.canonical, email.verified_at)
    for row in connection.execute(columns.where(email.user_id.in_(user_ids))):
        is_verified = row.verified_at is not None
        found[row.user_id].setdefault("addresses", set()).add((row.canonical, is_verified))
    return {
        user_id: Factors(**{name: frozenset(values) for name, values in subjects.items()})
        for user_id, subjects in found.items()
    }
