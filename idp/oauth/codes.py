"""Authorization codes as rows: stored as digests, found by their client, spent once, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from idp import clock, opaque
from idp.extensions import settings
from idp.oauth import authorization
from idp.oauth.approval import Approval
from idp.oauth.authorization import Authorization
from idp.oauth.request import AuthorizationRequest
from idp.oauth.tables import codes, connection, sessions, users

PREFIX = "ac_"


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A row, with what redeeming needs to know of its user and session."""

    digest: bytes
    redirect_uri: str
    code_challenge: str | None
    nonce: str | None
    expires_at: datetime
    is_spent: bool
    is_void: bool
    """Revoked, or its user was disabled or its session ended since."""
    authorization: Authorization

    def get_redirect_uri(self) -> str:
        """Authlib compares it with the request's."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """As Authlib hands it back to issuing."""
        return " ".join(self.authorization.scope)


_FIND = (
    select(
        codes.c.digest,
        codes.c.user_id,
        users.c.sub,
        codes.c.session_id,
        codes.c.redirect_uri,
        codes.c.code_challenge,
        codes.c.nonce,
        codes.c.scope,
        codes.c.approval,
        codes.c.expires_at,
        codes.c.consumed_at,
        codes.c.revoked_at,
        users.c.disabled_at,
        sessions.c.ended_at,
    )
    .join(users, users.c.id == codes.c.user_id)
    .outerjoin(sessions, sessions.c.id == codes.c.session_id)
)


def store(request: AuthorizationRequest, approval: Approval) -> str:
    """A new code for an approved request (RFC 6749 §4.1.2)."""
    code, now = opaque.make(PREFIX), clock.now()
    connection().execute(
        codes.insert().values(
            digest=opaque.digest(code),
            client_id=request.client.client_id,
            user_id=approval.user_id,
            session_id=approval.session_id,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            nonce=request.nonce,
            scope=" ".join(approval.scope),
            approval=authorization.document_of(approval, request),
            issued_at=now,
            expires_at=now + settings().tokens.authorization_code_lifetime,
        )
    )
    return code


def find(code: str, client_id: str) -> StoredCode | None:
    """The client's own code; a foreign one is as unknown as one that never was."""
    row = (
        connection()
        .execute(_FIND.where(codes.c.digest == opaque.digest(code), codes.c.client_id == client_id))
        .first()
    )
    if row is None:
        return None
    return StoredCode(
        digest=row.digest,
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        nonce=row.nonce,
        expires_at=row.expires_at,
        is_spent=row.consumed_at is not None,
        is_void=any((row.revoked_at, row.disabled_at, row.ended_at)),
        authorization=authorization.restored(
            row.approval,
            family_id=opaque.identifier(),
            user_id=row.user_id,
            sub=row.sub,
            session_id=row.session_id,
            scope=row.scope,
        ),
    )


def consume(code: StoredCode) -> bool:
    """The gate: of any number of racers one changes the row."""
    spent = connection().execute(
        update(codes)
        .where(
            codes.c.digest == code.digest,
            codes.c.consumed_at.is_(None),
            codes.c.revoked_at.is_(None),
        )
        .values(consumed_at=clock.now())
    )
    return spent.rowcount == 1
