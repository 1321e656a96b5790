"""From the `jti` of a token, or the `sid` of a session, to the proofs that its `amr` rests on."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts.permissions import Permission
from idp.audit import evidence
from idp.audit.evidence import Issue, Proof
from idp.web.api.answering import Answer
from idp.web.api.audit import Event, event
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused


class WantedEvidence(Model):
    """Of what."""

    of: str = Field(
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="What jti, fam or sid of a token says; never the token.",
    )


class ProofOfFactor(Model):
    """One factor, proven once. Without method and time: its row is gone, its events stay."""

    id: str
    method: str | None = None
    credential_id: str | None = None
    proven_at: datetime | None = None
    address: str | None = None
    events: list[Event]


class IssueOfTokens(Model):
    """What one approval said."""

    client_id: str | None = None
    acr: str | None = None
    amr: list[str]
    issued_at: datetime
    family_id: str | None = None
    revoked_because: str | None = None
    proof_ids: list[str]


class Evidence(Model):
    """Everything that is known of it."""

    user_id: str
    sid: str | None = None
    issues: list[IssueOfTokens]
    proofs: list[ProofOfFactor]
    events: list[Event]


@operation(
    "GET", "/evidence", Permission.AUDIT_READ, query=WantedEvidence, answer=Evidence,
    refuses=(Kind.NOT_FOUND,),
)  # fmt: skip
def find_evidence(asked: WantedEvidence) -> Answer:
    """The proofs behind a token or a session."""
    found = evidence.of_token(asked.of) or evidence.of_session(asked.of)
    if found is None:
        raise Refused(Kind.NOT_FOUND, "It is not ours, or older than the log.")
    return Answer(
        Evidence(
            user_id=found.user_id,
            sid=found.sid,
            issues=[_issue(one) for one in found.issues],
            proofs=[_proof(one) for one in found.proofs],
            events=[event(one) for one in found.events],
        )
    )


def _issue(one: Issue) -> IssueOfTokens:
    return IssueOfTokens(
        client_id=one.client_id,
        acr=one.acr,
        amr=list(one.amr),
        issued_at=one.issued_at,
        family_id=one.family_id,
        revoked_because=one.revoked_because,
        proof_ids=list(one.proof_ids),
    )


def _proof(one: Proof) -> ProofOfFactor:
    return ProofOfFactor(
        id=one.id,
        method=one.method,
        credential_id=one.credential_id,
        proven_at=one.proven_at,
        address=one.address,
        events=[event(row) for row in one.events],
    )
