"""From a token or a session to the proofs that its `amr` rests on, as long as the log is kept.

A `jti` begins with the id of its token family, and the event of a code names the proofs, so this
is found when the rows of tokens and proofs have long been purged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from idp import opaque
from idp.audit import catalogue, parts
from idp.audit.catalogue import type_of
from idp.extensions import db
from idp.models import AuditEvent, AuthenticationEvent, Session, TokenFamily

_ABOUT = {
    "password": (catalogue.PasswordAccepted,),
    "totp": (catalogue.TotpAccepted, catalogue.TotpEnrolled),
    "passkey": (catalogue.PasskeyAccepted, catalogue.PasskeyAdded),
    "recovery_code": (catalogue.RecoveryCodeUsed,),
}
"""What is written down about a proof, by its method."""
_ACCEPTED = tuple(type_of(event) for events in _ABOUT.values() for event in events)
_ISSUED = tuple(type_of(event) for event in (catalogue.CodeIssued, catalogue.TokensIssued))
_ONE_REQUEST = timedelta(seconds=2)
"""A proof and the event about it are made by one request."""
_CODE = timedelta(minutes=2)
"""Between a code and its tokens."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """One counted proof. The first members are None once the row has been purged; `events` stay."""

    id: str
    method: str | None
    credential_id: str | None
    proven_at: datetime | None
    address: str | None
    events: tuple[AuditEvent, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """What one approval said, when and to which client."""

    client_id: str | None
    acr: str | None
    amr: tuple[str, ...]
    issued_at: datetime
    family_id: str | None
    revoked_because: str | None
    proof_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`issues`: codes and token families; `proofs`: everything that they rest on."""

    user_id: str
    sid: str | None
    issues: tuple[Issue, ...]
    proofs: tuple[Proof, ...]
    events: tuple[AuditEvent, ...]
    """Of the session, or of the issue, in the order in which they happened."""


def of_session(sid: str) -> Evidence | None:
    """Everything that was issued in a session; None: nobody has heard of it."""
    events = parts.oldest(_MOST, AuditEvent.sid == sid)
    live = db.session.scalar(select(Session).where(Session.sid == sid))
    user_id = live.user_id if live else next((e.user_id for e in events if e.user_id), None)
    if user_id is None:
        return None
    families = _families(TokenFamily.session_id == live.id) if live else []
    own = _proof_ids(AuthenticationEvent.session_id == live.id) if live else ()
    return _collected(user_id, sid, families, events, own)


def of_token(jti: str) -> Evidence | None:
    """By the `jti` of an access token, or the id of its family (`fam`)."""
    family_id = jti.partition(".")[0]
    families = _families(TokenFamily.id == family_id)
    try:
        around = opaque.made_near(family_id, _CODE, _CODE)
    except ValueError:
        return None
    near = parts.oldest(_MOST, AuditEvent.id.between(*around), AuditEvent.type.in_(_ISSUED))
    told = next((event for event in near if event.details.get("family_id") == family_id), None)
    user_id = families[0].user_id if families else told.user_id if told else None
    if user_id is None:
        return None
    client_id = families[0].client_id if families else told.client_id if told else None
    events = [e for e in near if (e.user_id, e.client_id) == (user_id, client_id)]
    sid = families[0].approval.get("sid") if families else None
    return _collected(user_id, sid or _sid(events), families, events, ())


def _collected(
    user_id: str,
    sid: str | None,
    families: list[TokenFamily],
    events: list[AuditEvent],
    own: tuple[str, ...],
) -> Evidence:
    codes = [_of_code(event) for event in events if "proofs" in event.details]
    issues = (*codes, *map(_of_family, families))
    ids = dict.fromkeys((*own, *(one for issue in issues for one in issue.proof_ids)))
    proofs = tuple(_proof(user_id, one) for one in ids)
    return Evidence(user_id, sid, issues, proofs, tuple(events))


def _of_code(event: AuditEvent) -> Issue:
    told = event.details
    return Issue(
        event.client_id,
        told.get("acr"),
        tuple(told.get("amr", ())),
        event.happened_at,
        None,
        None,
        tuple(told["proofs"]),
    )


def _of_family(family: TokenFamily) -> Issue:
    approval: dict[str, Any] = family.approval
    return Issue(
        family.client_id,
        approval.get("acr"),
        tuple(approval.get("amr", ())),
        family.created_at,
        family.id,
        family.revoked_because,
        tuple(approval.get("events", ())),
    )


def _proof(user_id: str, proof_id: str) -> Proof:
    row = db.session.get(AuthenticationEvent, proof_id)
    if row is None:
        return Proof(proof_id, None, None, None, None, _about(user_id, proof_id, _ACCEPTED))
    types = tuple(type_of(event) for event in _ABOUT.get(row.method, ())) or _ACCEPTED
    events = _about(user_id, proof_id, types)
    return Proof(proof_id, row.method, row.credential_id, row.proven_at, row.address, events)


def _about(user_id: str, proof_id: str, types: tuple[str, ...]) -> tuple[AuditEvent, ...]:
    around = opaque.made_near(proof_id, _ONE_REQUEST, _ONE_REQUEST)
    mine = (AuditEvent.user_id == user_id, AuditEvent.id.between(*around))
    return tuple(parts.oldest(_MOST, *mine, AuditEvent.type.in_(types)))


def _families(condition: Any) -> list[TokenFamily]:  # noqa: ANN401  an expression of SQL
    found = select(TokenFamily).where(condition).order_by(TokenFamily.id).limit(_MOST)
    return list(db.session.scalars(found))


def _proof_ids(condition: Any) -> tuple[str, ...]:  # noqa: ANN401  an expression of SQL
    found = select(AuthenticationEvent.id).where(condition).order_by(AuthenticationEvent.id)
    return tuple(db.session.scalars(found))


def _sid(events: Iterable[AuditEvent]) -> str | None:
    return next((event.sid for event in events if event.sid), None)
