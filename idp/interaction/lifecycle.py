"""Writes interactions: open, claim, prove, choose, decline, finish; `allowing` has the consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, or_, select, update

from idp import audit, clock, opaque
from idp.accounts import devices, factor_reset, password_reset, second_factor_duty, sign_out
from idp.audit import catalogue
from idp.authentication import browser_accounts, known_device, proof_rows, session
from idp.authentication.evidence import SECOND, Evidence
from idp.authentication.requirement import Requirement
from idp.authentication.session import LiveSession, RecognisedSession, Stay
from idp.extensions import db, rows_changed, settings
from idp.interaction import typed
from idp.interaction.demand import Demand
from idp.interaction.facts import Situation, gather
from idp.interaction.machine import is_proven
from idp.interaction.records import ROWS, Records
from idp.models import Interaction, Kind
from idp.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Table

_ROWS = cast("Table", Interaction.__table__)
_OF_BROWSER_NOW = (
    select(_ROWS.c.browser_digest).where(_ROWS.c.id == bindparam("here")).scalar_subquery()
)
_MOVE = Prepared(
    update(_ROWS)
    .where(
        or_(_ROWS.c.browser_digest == bindparam("old"), _ROWS.c.browser_digest == _OF_BROWSER_NOW),
        _ROWS.c.finished_at.is_(None),
    )
    .values(browser_digest=bindparam("new"))
)
_OPEN_HERE = (
    select(Interaction)
    .where(
        or_(Interaction.id == bindparam("here"), Interaction.browser_digest == bindparam("digest")),
        Interaction.finished_at.is_(None),
    )
    .order_by(Interaction.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_FINISH = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("here"), _ROWS.c.finished_at.is_(None))
    .values(finished_at=bindparam("now"))
)


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
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of a step-up: the fields of the form that it interrupts."""


def open_interaction(opening: Opening) -> Interaction:
    """Store a request until its user has answered, at most `interaction_lifetime`."""
    now = clock.now()
    interaction = Interaction(
        id=opaque.make(),
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
    typed.seal(interaction, opening.typed)
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


def move_to_browser(old_digest: bytes, new_digest: bytes, interaction_id: str | None) -> None:
    """A browser's binding value changed: its open interactions, in every tab, move along (R41).

    Another tab may have changed it a moment ago: then they are where this interaction is now.
    """
    _MOVE.write({"old": old_digest, "here": interaction_id, "new": new_digest})


def prove(
    interaction: Interaction, proof: Evidence, demand: Demand, current: RecognisedSession | None
) -> str | None:
    """Write down a proof. When it was the last one wanted, the session begins or is strengthened.

    Returns the new value of the session cookie, or None while proofs are still missing. The proof's
    verifier has taken the turn of the account (`account_turn`).
    """
    if not _is_still_open(interaction):
        return None
    in_browser = browser_accounts.still_there(current.in_browser) if current else ()
    is_somebody_else = interaction.user_id not in {None, proof.user_id}
    if is_somebody_else or _was_left(interaction, in_browser):
        _drop_proofs(interaction)
    interaction.user_id = proof.user_id
    proof_rows.record(proof, interaction_id=interaction.id)
    if proof.method in SECOND:
        factor_reset.end_by_factor(proof.user_id)
    situation = after_proof(demand, in_browser, interaction)
    if not is_proven(situation.facts):
        return None
    password_reset.end_links(proof.user_id)
    if situation.facts.remind_until is not None:
        second_factor_duty.remind(proof.user_id, situation.facts.remind_until)
    return _settle_session(interaction, situation, in_browser)


def after_proof(
    demand: Demand,
    in_browser: tuple[LiveSession, ...],
    interaction: Interaction,
    records: Records = ROWS,
) -> Situation:
    """What follows from a proof that was just written down."""
    situation = gather(demand, in_browser, interaction, records)
    if not _is_let_off(situation, records):
        return situation
    interaction.device_trusted_at = clock.now()
    return gather(demand, in_browser, interaction, records)


def _is_let_off(situation: Situation, records: Records) -> bool:
    """A trusted browser is, from what is asked only because the user has a second factor."""
    if situation.asked is None or situation.person is None or not situation.asked.trust_would_do:
        return False
    return records.is_browser_trusted(situation.person.id)


def _was_left(interaction: Interaction, in_browser: tuple[LiveSession, ...]) -> bool:
    """Whether the session that it began has ended since, in another tab for instance."""
    began = interaction.session_id
    return began is not None and began not in {one.id for one in in_browser}


def _is_still_open(interaction: Interaction) -> bool:
    """As other tabs have left it; they wait from now on.

    All open interactions of a browser move with each proof: whoever proves in two tabs at once
    takes them in one order, or PostgreSQL would find each waiting for the other.
    """
    here = {"here": interaction.id, "digest": interaction.browser_digest}
    return interaction in db.session.scalars(_OPEN_HERE, here).all()


def _settle_session(
    interaction: Interaction, situation: Situation, in_browser: tuple[LiveSession, ...]
) -> str:
    """The user's session in this browser is strengthened, or begins beside those of others."""
    proofs = situation.here
    user_id = proofs[0].user_id
    stay = Stay.KEPT if interaction.keep_signed_in else Stay.ORDINARY
    joined = browser_accounts.join(in_browser, user_id, proofs, stay)
    for one in joined.surplus:
        sign_out.end_one(one.user_id, one.id, reason="too_many_accounts")
    interaction.session_id = joined.session_id
    if situation.asked is not None and situation.asked.is_waived:
        session.note_waiver(joined.session_id)
    client_id = interaction.client_id
    methods = [proof.method.value for proof in proofs]
    if joined.is_new:
        devices.greet(user_id, proofs, joined.session_id)
        audit.record(catalogue.SessionBegun(user_id=user_id, client_id=client_id, methods=methods))
    else:
        known_device.remember(user_id, proofs)
        audit.record(
            catalogue.SessionStrengthened(user_id=user_id, client_id=client_id, methods=methods)
        )
    return joined.token


def _drop_proofs(interaction: Interaction) -> None:
    """Another name was typed: nothing that the first one proved counts for the second (A3)."""
    # What another tab has written since it was read goes, too.
    db.session.refresh(interaction, with_for_update=True)
    proof_rows.forget_in(interaction.id)
    interaction.session_id = None
    interaction.enrolling_since = None
    interaction.device_trusted_at = None
    interaction.consented_at = None


def start_over(interaction: Interaction) -> None:
    """Nothing that was proven here counts; whoever it is about signs in again."""
    _drop_proofs(interaction)


def set_account_aside(interaction: Interaction) -> None:
    """ "Use another account": start over with an empty sign-in page."""
    ask_for_account(interaction)
    interaction.account_chosen_at = clock.now()


def ask_for_account(interaction: Interaction) -> None:
    """ "Not you?": start over with the choice among the accounts of this browser."""
    _drop_proofs(interaction)
    interaction.user_id = None
    interaction.session_set_aside = True
    interaction.account_chosen_at = None


def expect(interaction: Interaction, user_id: str) -> None:
    """It is about this user from now on, who has proven nothing yet: an account just made."""
    set_account_aside(interaction)
    interaction.user_id = user_id


def choose_account(
    interaction: Interaction, in_browser: tuple[LiveSession, ...], chosen: LiveSession
) -> str | None:
    """Go on with an account that is signed in: nothing is proven by that (A58). Returns the new
    value of the session cookie; None when that account has left meanwhile.
    """
    _drop_proofs(interaction)
    token = browser_accounts.choose(in_browser, chosen)
    if token is None:
        return None
    interaction.user_id = chosen.user_id
    interaction.session_set_aside = False
    interaction.account_chosen_at = clock.now()
    return token


def settle_stay(interaction: Interaction, stay: Stay) -> None:
    """How long the session that this interaction begins is to last (R42)."""
    interaction.keep_signed_in = may_stay(interaction) and stay is Stay.KEPT


def may_stay(interaction: Interaction) -> bool:
    """Whether a session that lasts longer is offered: where one may begin, if the deployment likes.
    Whoever only proves again what is signed in already chooses nothing by that.
    """
    return settings().sessions.keep_signed_in is not None and interaction.kind != Kind.STEP_UP


def begin_enrolling(interaction: Interaction) -> None:
    """From now on the password may wait longer: installing an app takes a while."""
    if interaction.enrolling_since is None:
        interaction.enrolling_since = clock.now()


def decline_enrolment(interaction: Interaction) -> None:
    """ "Continue without it", where the page offered it."""
    interaction.enrolment_declined_at = clock.now()


def finish(interaction: Interaction) -> bool:
    """Close it, once. Only the caller that gets True may answer the client."""
    return _FINISH.write({"here": interaction.id, "now": clock.now()}) == 1
