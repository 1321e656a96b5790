"""From page to page as the machine says, each done the way people do it, until it ends.

On each page the person proves what is wanted, saves, confirms and allows; what may be put off is
put off, and nobody ticks what is not needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select

from idp import clock, demands, opaque
from idp.authentication import enrolled
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Method
from idp.authentication.requirement import Requirement
from idp.authentication.session import RecognisedSession
from idp.extensions import db, settings
from idp.interaction.demand import Demand
from idp.interaction.facts import Situation, gather
from idp.interaction.lifecycle import after_proof
from idp.interaction.machine import Step, is_proven, next_step, silent_error
from idp.models import Interaction, RecoveryCodeSet, TotpCredential, User
from idp.oauth.request import AuthorizationRequest
from idp.what_if import imagined
from idp.what_if.imagined import Imagined
from idp.what_if.question import Way


class Ending(StrEnum):
    """How it would end."""

    SIGNED_IN = "signed-in"
    REFUSED = "refused"
    """The app is answered with an error."""
    SHOWN = "shown"
    """An error page: there is nobody else who may be told."""
    STOPPED = "stopped"
    """A page that this person cannot get past alone."""


@dataclass
class Walk:
    """Where somebody stands. `interaction` is never stored."""

    user: User
    request: AuthorizationRequest
    requirement: Requirement
    records: Imagined
    way: Way
    session: RecognisedSession | None
    interaction: Interaction = field(init=False)
    steps: list[Step] = field(default_factory=list)
    put_off_until: datetime | None = None

    def __post_init__(self) -> None:
        now = clock.now()
        self.interaction = Interaction(
            id=opaque.make(),
            kind=self.demand.kind,
            session_set_aside=False,
            opened_at=now,
            expires_at=now + settings().sessions.interaction_lifetime,
        )

    @property
    def demand(self) -> Demand:
        return demands.of_request(self.request, self.requirement)

    @property
    def in_browser(self) -> tuple[RecognisedSession, ...]:
        return (self.session,) if self.session else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error`: what the app would read. `situation` and `session`: of a completed sign-in."""

    ending: Ending
    error: str | None = None
    situation: Situation | None = None
    session: RecognisedSession | None = None


def go(walk: Walk) -> Outcome:
    """The way of `/authorize` and of the dispatcher, over one table."""
    if walk.requirement.is_impossible(enrolled.attainable()):
        return Outcome(Ending.REFUSED, "unmet_authentication_requirements")
    situation = gather(walk.demand, walk.in_browser, None, walk.records)
    while (step := next_step(situation.facts)) is not Step.FINISH:
        if walk.demand.is_silent or step is Step.UNMET:
            return Outcome(Ending.REFUSED, silent_error(situation.facts))
        is_stuck = step in walk.steps
        if not is_stuck:
            walk.steps.append(step)
        if is_stuck or step not in _DONE:
            return Outcome(Ending.STOPPED)
        _DONE[step](walk, situation)
        situation = gather(walk.demand, walk.in_browser, walk.interaction, walk.records)
    return Outcome(Ending.SIGNED_IN, situation=situation, session=walk.session)


# --- what people do on a page --------------------------------------------------------------------


def _choose(walk: Walk, _situation: Situation) -> None:
    walk.interaction.user_id = walk.user.id
    walk.interaction.account_chosen_at = clock.now()


def _sign_in(walk: Walk, _situation: Situation) -> None:
    walk.interaction.user_id = walk.user.id
    _prove(walk, Method.PASSKEY if walk.way is Way.PASSKEY else Method.PASSWORD)


def _prove_second(walk: Walk, situation: Situation) -> None:
    strongest = Assurance.PHISHING_RESISTANT
    shows_passkey = situation.facts.wanted is strongest is situation.facts.enrolled
    has_app = exists().where(
        TotpCredential.user_id == walk.user.id, TotpCredential.confirmed_at.is_not(None)
    )
    types_code = not shows_passkey and db.session.scalar(select(has_app))
    _prove(walk, Method.TOTP if types_code else Method.PASSKEY)


def _enrol(walk: Walk, situation: Situation) -> None:
    if situation.facts.remind_until is not None:
        walk.put_off_until = situation.facts.remind_until
        walk.interaction.enrolment_declined_at = clock.now()
        return
    _set_up(walk, Method.TOTP)


def _enrol_passkey(walk: Walk, _situation: Situation) -> None:
    _set_up(walk, Method.PASSKEY)


def _set_up(walk: Walk, method: Method) -> None:
    walk.records.has_set_up = imagined.NEEDED[method]
    has_codes = exists().where(
        RecoveryCodeSet.user_id == walk.user.id, RecoveryCodeSet.confirmed_at.is_not(None)
    )
    walk.records.shows_codes = not db.session.scalar(select(has_codes))
    _prove(walk, method)


def _save_codes(walk: Walk, _situation: Situation) -> None:
    walk.records.shows_codes = False


def _confirm_address(walk: Walk, _situation: Situation) -> None:
    walk.records.has_confirmed_address = True


def _consent(walk: Walk, _situation: Situation) -> None:
    walk.interaction.consented_at = clock.now()


_DONE: dict[Step, Callable[[Walk, Situation], None]] = {
    Step.SELECT_ACCOUNT: _choose,
    Step.SIGN_IN: _sign_in,
    Step.SECOND_FACTOR: _prove_second,
    Step.ENROL: _enrol,
    Step.ENROL_PASSKEY: _enrol_passkey,
    Step.RECOVERY_CODES: _save_codes,
    Step.VERIFY_EMAIL: _confirm_address,
    Step.CONSENT: _consent,
}
"""Without the page that wants a link from an administrator: nobody gets past it alone."""


def _prove(walk: Walk, method: Method) -> None:
    """As `lifecycle.prove`, with nothing written."""
    walk.records.proofs.append(imagined.proof(walk.user, method))
    situation = after_proof(walk.demand, walk.in_browser, walk.interaction, walk.records)
    if not is_proven(situation.facts):
        return
    if walk.session is None:
        walk.session = imagined.begin(walk.user, situation.here)
    else:
        walk.session = imagined.strengthen(walk.session, situation.here)
    if situation.asked is not None and situation.asked.is_waived:
        walk.session = replace(walk.session, second_factor_waived=True)
    walk.interaction.session_id = walk.session.id
