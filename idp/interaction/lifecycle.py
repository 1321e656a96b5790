"""The only writer of interactions: open, claim, prove, choose, consent, decline, finish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from idp import audit, clock
from idp.accounts import password_reset, sign_out
from idp.audit import catalogue
from idp.authentication import session
from idp.authentication.evidence import Evidence
from idp.authentication.requirement import Requirement
from idp.authentication.session import RecognisedSession
from idp.extensions import db, rows_changed, settings
from idp.grants import consent
from idp.interaction.demand import Demand
from idp.interaction.facts import gather
from idp.interaction.machine import is_proven
from idp.models import Interaction, Kind


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new interaction is told."""

    kind: Kind
    requirement: Requirement
    browser_digest: bytes | None
    parameters: dict[str, Any] | None = None
    client_id: str | None = None
    user_id: str | None = None
    return_to: str | None = None
    purpose: str | None = None


def open_interaction(opening: Opening) -> Interaction:
    """Store a request until its user has answered, at most `interaction_lifetime`."""
    now = clock.now()
    interaction = Interaction(
        kind=opening.kind,
        requirement=opening.requirement.as_document(),
        browser_digest=opening.browser_digest,
        parameters=opening.parameters or {},
        client_id=opening.client_id,
        user_id=opening.user_id,
        return_to=opening.return_to,
        purpose=opening.purpose,
        session_set_aside=False,
        opened_at=now,
        expires_at=now + settings().sessions.interaction_lifetime,
    )
    db.session.add(interaction)
    db.session.flush()
    return interaction


def claim(interaction: Interaction, browser_digest: bytes) -> bool:
    """Bind to the first browser that comes: the request arrived by a form post without cookies
    (R46).
    """
    return (
        rows_changed(
            update(Interaction)
            .where(Interaction.id == interaction.id, Interaction.browser_digest.is_(None))
            .values(browser_digest=browser_digest)
        )
        == 1
    )


def move_to_browser(old_digest: bytes, new_digest: bytes) -> None:
    """A browser's binding value changed: its open interactions, in every tab, move along (R41)."""
    db.session.execute(
        update(Interaction)
        .where(Interaction.browser_digest == old_digest, Interaction.finished_at.is_(None))
        .values(browser_digest=new_digest)
    )


def prove(
    interaction: Interaction, proof: Evidence, demand: Demand, current: RecognisedSession | None
) -> str | None:
    """Write down a proof. When it was the last one wanted, the session begins or is strengthened.

    Returns the new value of the session cookie, or None while proofs are still missing.
    """
    if interaction.user_id not in {None, proof.user_id}:
        _drop_proofs(interaction)
    interaction.user_id = proof.user_id
    session.record(proof, interaction_id=interaction.id)
    situation = gather(demand, current, interaction)
    if not is_proven(situation.facts):
        return None
    password_reset.end_links(proof.user_id)
    return _settle_session(interaction, situation.here, current)


def _settle_session(
    interaction: Interaction, proofs: tuple[Evidence, ...], current: RecognisedSession | None
) -> str | None:
    """Strengthen the user's own session, or begin one; somebody else's session in this browser
    ends.
    """
    user_id = proofs[0].user_id
    if current is not None and current.user_id == user_id:
        token = session.strengthen(current, proofs)
        if token is not None:
            interaction.session_id = current.id
            audit.record(
                catalogue.SessionStrengthened(user_id=user_id, client_id=interaction.client_id)
            )
            return token
    elif current is not None:
        sign_out.end_session(current, reason="another_user_signed_in")
    interaction.session_id, token = session.begin(user_id, proofs)
    audit.record(
        catalogue.SessionBegun(
            user_id=user_id,
            client_id=interaction.client_id,
            methods=[proof.method.value for proof in proofs],
        )
    )
    return token


def _drop_proofs(interaction: Interaction) -> None:
    """Another name was typed: nothing that the first one proved counts for the second (A3)."""
    session.forget_proofs_in(interaction.id)
    interaction.session_id = None
    interaction.enrolling_since = None
    interaction.consented_at = None


def set_account_aside(interaction: Interaction) -> None:
    """ "Not you?" or "use another account": start over with an empty sign-in page."""
    _drop_proofs(interaction)
    interaction.user_id = None
    interaction.session_set_aside = True
    interaction.account_chosen_at = clock.now()


def choose_account(interaction: Interaction, current: RecognisedSession) -> None:
    """Go on with the account that is signed in."""
    interaction.user_id = current.user_id
    interaction.session_set_aside = False
    interaction.account_chosen_at = clock.now()


def begin_enrolling(interaction: Interaction) -> None:
    """From now on the password may wait longer: installing an app takes a while."""
    if interaction.enrolling_since is None:
        interaction.enrolling_since = clock.now()


def decline_enrolment(interaction: Interaction) -> None:
    """ "Not now", where the page offered it."""
    interaction.enrolment_declined_at = clock.now()


def allow(interaction: Interaction, user_id: str, demand: Demand) -> None:
    """The user allowed what was asked; remembered per user, client, scopes and claims."""
    if demand.client is None:
        return
    consent.remember(user_id, demand.client.client_id, demand.scope, demand.claims)
    interaction.consented_at = clock.now()
    audit.record(
        catalogue.ConsentGiven(
            user_id=user_id,
            client_id=demand.client.client_id,
            scope=" ".join(demand.scope),
            claims=list(demand.claims),
        )
    )


def finish(interaction: Interaction) -> bool:
    """Close it, once. Only the caller that gets True may answer the client."""
    return (
        rows_changed(
            update(Interaction)
            .where(Interaction.id == interaction.id, Interaction.finished_at.is_(None))
            .values(finished_at=clock.now())
        )
        == 1
    )
