"""Proofs as rows: written down once, read by session or interaction, moved when a session begins.

A proof is made by the verifier that checked it (`evidence`); here it is only kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, select, update

from idp import opaque, origin
from idp.authentication.evidence import Evidence, Method
from idp.extensions import db
from idp.models import AuthenticationEvent
from idp.prepared import Found, Prepared

if TYPE_CHECKING:
    from sqlalchemy import Table

COLUMNS = (
    AuthenticationEvent.method,
    AuthenticationEvent.user_id.label("proven_by"),
    AuthenticationEvent.credential_id,
    AuthenticationEvent.proven_at,
    AuthenticationEvent.id.label("proof_id"),
)
"""What `of_row` reads, by names that a session has none of."""
COUNTS = AuthenticationEvent.revoked_at.is_(None)
"""Its credential has not been removed since."""
_EVIDENCE = select(*COLUMNS).where(COUNTS).order_by(AuthenticationEvent.proven_at)
_EVIDENCE_OF_SESSION = Prepared(
    _EVIDENCE.where(AuthenticationEvent.session_id == bindparam("wanted"))
)
_EVIDENCE_IN_INTERACTION = Prepared(
    _EVIDENCE.where(AuthenticationEvent.interaction_id == bindparam("wanted"))
)

_EVENTS = cast("Table", AuthenticationEvent.__table__)
_INSERT = Prepared(_EVENTS.insert())
_ATTACH = (
    update(_EVENTS)
    .where(_EVENTS.c.id.in_(bindparam("proofs", expanding=True)))
    .values(session_id=bindparam("begun_id"))
)


def of_row(row: Found) -> Evidence:
    """One proof, of a row with `COLUMNS`."""
    return Evidence(
        Method(row.method), row.proven_by, row.credential_id, row.proven_at, row.proof_id
    )


def of_session(session_id: str) -> tuple[Evidence, ...]:
    """Every proof of this session whose credential has not been removed since."""
    return _evidence(_EVIDENCE_OF_SESSION, session_id)


def in_interaction(interaction_id: str) -> tuple[Evidence, ...]:
    """Every proof given during one interaction."""
    return _evidence(_EVIDENCE_IN_INTERACTION, interaction_id)


def _evidence(statement: Prepared, wanted: str) -> tuple[Evidence, ...]:
    return tuple(of_row(row) for row in statement.all({"wanted": wanted}))


def record(proof: Evidence, *, interaction_id: str | None) -> Evidence:
    """Write down one proof; from here on it can be counted. Returns it with its event's id."""
    event_id = opaque.identifier()
    db.session.flush()  # an account may have been made just now
    _INSERT.write(
        {
            "id": event_id,
            "user_id": proof.user_id,
            "method": proof.method,
            "credential_id": proof.credential_id,
            "interaction_id": interaction_id,
            "session_id": None,
            "proven_at": proof.proven_at,
            "address": origin.current().address,
            "revoked_at": None,
        }
    )
    return replace(proof, id=event_id)


def forget_in(interaction_id: str) -> None:
    """Proofs of an interaction that changed its user stay as history, but belong to it no more."""
    db.session.execute(
        update(AuthenticationEvent)
        .where(AuthenticationEvent.interaction_id == interaction_id)
        .values(interaction_id=None)
    )


def attach(proofs: tuple[Evidence, ...], session_id: str) -> None:
    """From now on they stand behind this session."""
    attached = {"proofs": [proof.id for proof in proofs], "begun_id": session_id}
    db.session.connection().execute(_ATTACH, attached)
