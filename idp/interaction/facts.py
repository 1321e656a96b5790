"""Gather: the only reader that turns rows into the facts the machine decides on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from config import SecondFactorPolicy
from idp import clock
from idp.authentication import assurance, recovery_code, requirement, session, totp
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import PRIMARY, Evidence, Method, counted
from idp.authentication.session import RecognisedSession
from idp.clients.subject import sub_for
from idp.extensions import db, settings
from idp.grants import consent
from idp.interaction.demand import Demand
from idp.interaction.machine import Facts
from idp.models import Interaction, Kind, User


@dataclass(frozen=True, slots=True)
class Person:
    """The little that the facts need of a user, so that single sign-on loads no account."""

    id: str
    sub: str
    second_factor_required: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts, and what they were read from. `here`: the proofs given during this interaction."""

    facts: Facts
    person: Person | None
    counted: tuple[Evidence, ...] = ()
    here: tuple[Evidence, ...] = ()


def gather(
    demand: Demand, current: RecognisedSession | None, interaction: Interaction | None
) -> Situation:
    """Read what is known now. Writes nothing."""
    usable = usable_session(current, interaction)
    person = _person(usable, interaction)
    if person is None:
        return Situation(Facts(), None)
    here = _proofs_here(interaction, person)
    count = counted(
        here + (usable.proofs if usable else ()),
        since=demand.requirement.proven_since,
        now=clock.now(),
        lifetime=settings().second_factor.proof_lifetime,
    )
    return Situation(
        _facts(demand, interaction, person, count=count, here=here), person, count, here
    )


def usable_session(
    current: RecognisedSession | None, interaction: Interaction | None
) -> RecognisedSession | None:
    """The browser's session, unless this interaction is about somebody else."""
    if current is None or interaction is None:
        return current
    if interaction.session_set_aside and interaction.session_id != current.id:
        return None
    return current if interaction.user_id in {None, current.user_id} else None


def _person(usable: RecognisedSession | None, interaction: Interaction | None) -> Person | None:
    if usable is not None:
        return Person(usable.user_id, usable.sub, usable.second_factor_required)
    if interaction is None or interaction.user_id is None:
        return None
    row = db.session.execute(
        select(User.id, User.sub, User.second_factor_required).where(
            User.id == interaction.user_id, User.disabled_at.is_(None)
        )
    ).first()
    return Person(*row) if row else None


def _proofs_here(interaction: Interaction | None, person: Person) -> tuple[Evidence, ...]:
    """Proofs of this interaction. A password that waited too long for its second factor is void
    (R43).
    """
    if interaction is None:
        return ()
    proofs = tuple(
        proof for proof in session.proofs_in(interaction.id) if proof.user_id == person.id
    )
    if interaction.session_id is not None:
        return proofs
    sessions = settings().sessions
    enrolling = interaction.enrolling_since is not None
    oldest = clock.now() - (
        sessions.password_wait_enrolling if enrolling else sessions.password_wait
    )
    return tuple(
        proof for proof in proofs if proof.method not in PRIMARY or proof.proven_at >= oldest
    )


def _facts(
    demand: Demand,
    interaction: Interaction | None,
    person: Person,
    *,
    count: tuple[Evidence, ...],
    here: tuple[Evidence, ...],
) -> Facts:
    signing_in = any(proof.method in PRIMARY for proof in here)
    # Only asked when it can change the answer: single sign-on to a one-factor client reads
    # nothing here.
    has_totp = (signing_in or _may_want_two(demand, person)) and totp.is_enrolled(person.id)
    return Facts(
        account_choice_due=_account_choice_due(demand, interaction, here),
        has_primary_proof=any(proof.method in PRIMARY for proof in count),
        is_expected_user=_is_expected(demand, person),
        reached=assurance.reached(count),
        wanted=requirement.wanted(
            demand.requirement,
            floor=_policy_floor(person, asked_of_the_enrolled=signing_in and has_totp),
            enrolled=Assurance.TWO_FACTOR if has_totp else Assurance.ONE_FACTOR,
            attainable=Assurance.TWO_FACTOR,
        ),
        second_factor_enrolled=has_totp,
        recovered=_is_recovering(interaction, count, here),
        # Also when only the second factor was set up here, on top of a session.
        recovery_codes_due=bool(here) and recovery_code.is_left_open(person.id),
        consent_due=_consent_due(demand, interaction, person),
        device_undecided=demand.kind is Kind.DEVICE and not _has_consented(interaction),
    )


def _is_expected(demand: Demand, person: Person) -> bool:
    """OIDC Core §3.1.2.2: hint and `claims` name the user as this client knows him."""
    if demand.expected_subs is None or demand.client is None:
        return True
    return sub_for(demand.client, person) in demand.expected_subs


def _account_choice_due(
    demand: Demand, interaction: Interaction | None, here: tuple[Evidence, ...]
) -> bool:
    chosen = interaction is not None and interaction.account_chosen_at is not None
    # Signing in during this very interaction is a choice too.
    return demand.wants_account_choice and not chosen and not here


def _may_want_two(demand: Demand, person: Person) -> bool:
    asked = demand.requirement.floor, *map(assurance.level_of, demand.requirement.requested)
    return _policy_floor(person) >= Assurance.TWO_FACTOR or max(asked) >= Assurance.TWO_FACTOR


def _policy_floor(person: Person, *, asked_of_the_enrolled: bool = False) -> Assurance:
    policy = settings().second_factor.policy
    if person.second_factor_required or policy is SecondFactorPolicy.REQUIRED:
        return Assurance.TWO_FACTOR
    if asked_of_the_enrolled and policy is SecondFactorPolicy.OPTIONAL:
        return Assurance.TWO_FACTOR
    return Assurance.ONE_FACTOR


def _is_recovering(
    interaction: Interaction | None, count: tuple[Evidence, ...], here: tuple[Evidence, ...]
) -> bool:
    if interaction is None or interaction.enrolment_declined_at is not None:
        return False
    used_code = any(proof.method is Method.RECOVERY_CODE for proof in here)
    return used_code and not any(proof.method is Method.TOTP for proof in count)


def _consent_due(demand: Demand, interaction: Interaction | None, person: Person) -> bool:
    client = demand.client
    if client is None or client.trusted or _has_consented(interaction):
        return False
    if demand.kind is Kind.DEVICE:
        return False  # asked on the page of the device, by trusted apps too
    if demand.wants_consent or consent.is_asked_every_time(client):
        return True
    return bool(consent.missing(person.id, client, demand.scope, demand.claims))


def _has_consented(interaction: Interaction | None) -> bool:
    return interaction is not None and interaction.consented_at is not None
