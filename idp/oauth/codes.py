"""Authorization codes as rows: stored as digests, found by their client, spent once, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from idp import audit, clock, opaque
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import authorization
from idp.oauth.approval import Approval
from idp.oauth.authorization import Authorization
from idp.oauth.request import AuthorizationRequest
from idp.oauth.subject import sub_of
from idp.oauth.tables import codes, sessions, users
from idp.prepared import Prepared

PREFIX = "ac_"


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A row, with what redeeming needs to know of its user and session."""

    digest: bytes
    redirect_uri: str
    code_challenge: str | None
    dpop_jkt: str | None
    nonce: str | None
    expires_at: datetime
    is_spent: bool
    is_void: bool
    """Revoked, or its user was disabled or its session ended since."""
    continues_family: bool
    """Tokens came along with it (OIDC Core §3.3); what it is redeemed for belongs to them."""
    authorization: Authorization

    def get_redirect_uri(self) -> str:
        """Authlib compares it with the request's."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """As Authlib hands it back to issuing."""
        return " ".join(self.authorization.scope)


_INSERT = Prepared(codes.insert())

_FIND = Prepared(
    select(
        codes.c.digest,
        codes.c.user_id,
        users.c.sub,
        codes.c.session_id,
        codes.c.redirect_uri,
        codes.c.code_challenge,
        codes.c.dpop_jkt,
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
    .where(codes.c.digest == bindparam("wanted_digest"), codes.c.client_id == bindparam("owner_id"))
)

_CONSUME = Prepared(
    update(codes)
    .where(
        codes.c.digest == bindparam("wanted_digest"),
        codes.c.consumed_at.is_(None),
        codes.c.revoked_at.is_(None),
    )
    .values(consumed_at=bindparam("now"))
)


def new() -> str:
    """RFC 6749 §10.10: 256 bits."""
    return opaque.make(PREFIX)


def store(
    code: str, request: AuthorizationRequest, approval: Approval, *, family_id: str | None = None
) -> None:
    """A new code for an approved request (RFC 6749 §4.1.2). `family_id`: that of the tokens which
    come along with it.
    """
    now = clock.now()
    document = authorization.document_of(approval, request.resource, request.claims.single)
    if family_id is not None:
        document["family"] = family_id
    _INSERT.write(
        {
            "digest": opaque.digest(code),
            "client_id": request.client.client_id,
            "user_id": approval.user_id,
            "session_id": approval.session_id,
            "redirect_uri": request.redirect_uri,
            "code_challenge": request.code_challenge,
            "dpop_jkt": request.dpop_jkt,
            "nonce": request.nonce,
            "scope": " ".join(approval.scope),
            "approval": document,
            "issued_at": now,
            "expires_at": now + settings().tokens.authorization_code_lifetime,
        },
    )
    audit.record(
        catalogue.CodeIssued(
            user_id=approval.user_id,
            client_id=request.client.client_id,
            sid=approval.sid,
            scope=" ".join(approval.scope),
            acr=approval.acr,
            amr=list(approval.amr),
            proofs=list(approval.event_ids),
        )
    )


def find(code: str, client: RegisteredClient) -> StoredCode | None:
    """The client's own code; a foreign one is as unknown as one that never was."""
    wanted = {"wanted_digest": opaque.digest(code), "owner_id": client.client_id}
    row = _FIND.first(wanted)
    if row is None:
        return None
    return StoredCode(
        digest=row.digest,
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        dpop_jkt=row.dpop_jkt,
        nonce=row.nonce,
        expires_at=row.expires_at,
        is_spent=row.consumed_at is not None,
        is_void=any((row.revoked_at, row.disabled_at, row.ended_at)),
        continues_family="family" in row.approval,
        authorization=authorization.restored(
            row.approval,
            family_id=row.approval.get("family") or opaque.identifier(),
            user_id=row.user_id,
            sub=sub_of(client, user_id=row.user_id, sub=row.sub),
            session_id=row.session_id,
            scope=row.scope,
        ),
    )


def consume(code: StoredCode) -> bool:
    """The gate: of any number of racers one changes the row."""
    gate = {"wanted_digest": code.digest, "now": clock.now()}
    return _CONSUME.write(gate) == 1
