"""Gather: the only reader that turns rows into the facts the machine decides on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from idp import clock
from idp.accounts.groups import members
from idp.authentication import assurance, evidence, session
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import ENROLLABLE, PRIMARY, Evidence, Method, counted
from idp.authentication.requirement import Requirement
from idp.authentication.session import LiveSession, RecognisedSession
from idp.extensions import settings
from idp.grants import consent
from idp.interaction import account_choice, second_factor
from idp.interaction.demand import Demand
from idp.interaction.machine import Facts
from idp.interaction.records import ROWS, Records
from idp.interaction.second_factor import Asked, Progress
from idp.models import Interaction, Kind, User
from idp.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Person:
    """The little that the facts need of a user, so that single sign-on loads no account."""

    id: str
    sub: str
    second_factor_policy: str | None
    second_factor_due_at: datetime | None


_PERSON = Prepared(
    select(User.id, User.sub, User.second_factor_policy, User.second_factor_due_at).where(
        User.id == bindparam("wanted"), User.disabled_at.is_(None)
    )
)


@dataclass(frozen=True, slots=True)
class Worth:
    """Claims about a sign-in."""

    acr: str | None
    amr: tuple[str, ...]
    auth_time: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts, and what they were read from. `here`: the proofs given during this interaction."""

    facts: Facts
    person: Person | None
    counted: tuple[Evidence, ...] = ()
    here: tuple[Evidence, ...] = ()
    session: RecognisedSession | None = None
    """Of the account in this browser that it is about."""
    asked: Asked | None = None
    """Beyond the first factor."""

    def worth(self, requirement: Requirement) -> Worth | None:
        """What can be told of the counted proofs, and nothing else; None while there are none."""
        auth_time = evidence.auth_time(self.counted)
        if auth_time is None:
            return None
        acr = assurance.acr(self.facts.reached, requirement.requested)
        return Worth(acr, evidence.amr(self.counted), auth_time)


def gather(
    demand: Demand,
    in_browser: tuple[LiveSession, ...],
    interaction: Interaction | None,
    records: Records = ROWS,
) -> Situation:
    """Read what is known now. Writes nothing. `in_browser`: the accounts that are signed in."""
    choice = account_choice.choice(demand, in_browser, interaction)
    if choice.is_due:
        return Situation(Facts(account_choice_due=True), None)
    usable = session.with_proofs(choice.session, in_browser) if choice.session else None
    person = _person(usable, interaction)
    if person is None:
        return Situation(Facts(), None)
    here = _proofs_here(interaction, person, usable, records)
    count = counted(
        here + (usable.proofs if usable else ()),
        since=demand.requirement.proven_since,
        now=clock.now(),
        lifetime=settings().second_factor.proof_lifetime,
        password_lifetime=usable.password_lifetime if usable else None,
    )
    progress = Progress(
        reached=assurance.reached(count),
        is_signing_in=any(proof.method in PRIMARY for proof in here),
        was_waived=usable is not None and usable.second_factor_waived,
    )
    asked = second_factor.asked(demand, person, interaction, progress, records)
    facts = _facts(
        demand, interaction, person, count=count, here=here, asked=asked, records=records
    )
    return Situation(facts, person, count, here, usable, asked)


def _person(usable: RecognisedSession | None, interaction: Interaction | None) -> Person | None:
    if usable is not None:
        return Person(
            usable.user_id,
            usable.sub,
            usable.second_factor_policy,
            usable.second_factor_due_at,
        )
    if interaction is None or interaction.user_id is None:
        return None
    row = _PERSON.first({"wanted": interaction.user_id})
    return Person(*row) if row else None


def _proofs_here(
    interaction: Interaction | None,
    person: Person,
    usable: RecognisedSession | None,
    records: Records,
) -> tuple[Evidence, ...]:
    """Proofs of this interaction. A password that waited too long for its second factor is void
    (R43), and so are proofs whose session has been left since.
    """
    if interaction is None:
        return ()
    proofs = tuple(
        proof for proof in records.proofs_in(interaction.id) if proof.user_id == person.id
    )
    if interaction.session_id is not None:
        return proofs if usable is not None and usable.id == interaction.session_id else ()
    sessions = settings().sessions
    enrolling = interaction.enrolling_since is not None
    oldest = clock.now() - (
        sessions.password_wait_enrolling if enrolling else sessions.password_wait
    )
    return tuple(
        proof for proof in proofs if proof.method not in PRIMARY or proof.proven_at >= oldest
    )


def has_lapsed(interaction: Interaction, records: Records = ROWS) -> bool:
    """Whether somebody had proven who they are here, and then took too long over the next step
    (R43). Asked where nothing that was proven counts any more.
    """
    if interaction.user_id is None or interaction.session_id is not None:
        return False
    return any(proof.method in PRIMARY for proof in records.proofs_in(interaction.id))


def _facts(
    demand: Demand,
    interaction: Interaction | None,
    person: Person,
    *,
    count: tuple[Evidence, ...],
    here: tuple[Evidence, ...],
    asked: Asked,
    records: Records,
) -> Facts:
    replacing = _may_have_lost_factor(asked, count, here) and (
        interaction is not None and records.may_replace_factors(person.id, interaction.id)
    )
    reached = assurance.reached(count)
    ticket_missing = _may_lack_ticket(asked, reached) and (
        records.is_ticket_missing(person.id, interaction.id if interaction else None)
    )
    wanted = _at_least_two(asked.wanted) if replacing else asked.wanted
    is_enough = wanted is not None and reached >= wanted
    return Facts(
        has_primary_proof=any(proof.method in PRIMARY for proof in count),
        is_expected_user=account_choice.is_expected(demand, person),
        reached=reached,
        wanted=wanted,
        enrolled=asked.can_prove,
        ticket_missing=ticket_missing,
        recovered=_is_recovering(interaction, count, here),
        replacing=replacing,
        # What is wanted at once cannot be put off.
        remind_until=asked.remind_until if is_enough and not ticket_missing else None,
        # Also when only the second factor was set up here, on top of a session.
        recovery_codes_due=bool(here) and records.has_codes_left_open(person.id),
        address_unproven=records.is_address_unproven(person.id),
        is_shut_out=_is_shut_out(demand, person),
        consent_due=_consent_due(demand, interaction, person),
        device_undecided=demand.kind is Kind.DEVICE and not _has_consented(interaction),
    )


def _may_lack_ticket(asked: Asked, reached: Assurance) -> bool:
    """R20. Only looked up for who would be led to enrol a first second factor now."""
    if reached is Assurance.NONE or asked.wanted is None:
        return False
    if reached >= asked.wanted and asked.remind_until is None:
        return False
    return asked.can_prove < Assurance.TWO_FACTOR


def _may_have_lost_factor(
    asked: Asked, count: tuple[Evidence, ...], here: tuple[Evidence, ...]
) -> bool:
    """R56. Only looked up for who has typed the password here and is yet to show what it takes
    besides.
    """
    typed_password = any(proof.method is Method.PASSWORD for proof in here)
    is_half_way = assurance.reached(count) < Assurance.TWO_FACTOR <= asked.can_prove
    return typed_password and is_half_way


def _at_least_two(wanted: Assurance | None) -> Assurance | None:
    return wanted if wanted is None else max(wanted, Assurance.TWO_FACTOR)


def _is_recovering(
    interaction: Interaction | None, count: tuple[Evidence, ...], here: tuple[Evidence, ...]
) -> bool:
    if interaction is None or interaction.enrolment_declined_at is not None:
        return False
    used_code = any(proof.method is Method.RECOVERY_CODE for proof in here)
    return used_code and not any(proof.method in ENROLLABLE for proof in count)


def _consent_due(demand: Demand, interaction: Interaction | None, person: Person) -> bool:
    client = demand.client
    if client is None or client.trusted or _has_consented(interaction):
        return False
    if demand.kind is Kind.DEVICE:
        return False  # asked on the page of the device, by trusted apps too
    if demand.wants_consent or consent.is_asked_every_time(client):
        return True
    return bool(consent.missing(person.id, client, demand.scope, demand.claims))


def _is_shut_out(demand: Demand, person: Person) -> bool:
    """Asked at each request, so who leaves a group is out at once."""
    if demand.client is None or demand.kind not in {Kind.AUTHORIZE, Kind.DEVICE}:
        return False
    admitted = demand.client.allowed_groups
    return bool(admitted) and not members.is_in_any(person.id, admitted)


def _has_consented(interaction: Interaction | None) -> bool:
    return interaction is not None and interaction.consented_at is not None
