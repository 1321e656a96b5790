"""What is asked of a user beyond the first factor: the request's demand and the policies of site,
user and app, for what this user can prove in this browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from idp import clock
from idp.authentication import assurance, enrolled, requirement, second_factor_policy
from idp.authentication.assurance import Assurance
from idp.authentication.second_factor_policy import Policies, Ruling
from idp.extensions import settings
from idp.interaction.demand import Demand
from idp.interaction.records import ROWS, Records
from idp.models import Interaction, Kind

ONE, TWO = Assurance.ONE_FACTOR, Assurance.TWO_FACTOR


class Somebody(Protocol):
    """As much of a user as policies are about."""

    @property
    def id(self) -> str: ...
    @property
    def second_factor_policy(self) -> str | None: ...
    @property
    def second_factor_due_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far this user is. `was_waived`: their session began at an app that goes without."""

    reached: Assurance
    is_signing_in: bool
    was_waived: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """`wanted`: the level to reach; None: out of reach. `can_prove`: with what is set up."""

    wanted: Assurance | None
    can_prove: Assurance
    trust_would_do: bool = False
    """Only asked because there is a second factor: a trusted browser is let off."""
    is_waived: bool = False
    """Let off by the app, which is no reason for other apps."""
    remind_until: datetime | None = None
    """To be set up by then, and not yet."""


def asked(
    demand: Demand,
    person: Somebody,
    interaction: Interaction | None,
    progress: Progress,
    records: Records = ROWS,
) -> Asked:
    """The facts' part about second factors. Reads what is set up only where that matters: single
    sign-on to an app that wants one factor reads nothing.
    """
    policies = _policies(demand, person)
    matters = progress.is_signing_in or progress.was_waived or _may_want_two(demand, policies)
    can_prove = records.level_of(person.id) if matters else ONE
    ruling = second_factor_policy.ruling(policies, is_enrolled=can_prove >= TWO, now=clock.now())
    is_asked = (
        ruling.asks_enrolled
        and can_prove >= TWO
        and (progress.is_signing_in or progress.was_waived)
        and not (progress.is_signing_in and _is_trusted(interaction))
    )
    by_itself = _wanted(demand, ruling.floor, can_prove)
    return Asked(
        wanted=_wanted(demand, TWO, can_prove) if is_asked else by_itself,
        can_prove=can_prove,
        trust_would_do=(
            is_asked
            and by_itself is ONE
            and progress.reached is ONE
            and progress.is_signing_in
            and settings().second_factor.trust_devices
        ),
        is_waived=ruling.waived and can_prove >= TWO,
        remind_until=_reminder(demand, interaction, ruling, progress),
    )


def _policies(demand: Demand, person: Somebody) -> Policies:
    return second_factor_policy.policies(
        settings().second_factor,
        user=person.second_factor_policy,
        due_at=person.second_factor_due_at,
        client=demand.client.second_factor_policy if demand.client else None,
        now=clock.now(),
    )


def _may_want_two(demand: Demand, policies: Policies) -> bool:
    levels = demand.requirement.floor, *map(assurance.level_of, demand.requirement.requested)
    return policies.requires or max(levels) >= TWO


def _wanted(demand: Demand, floor: Assurance, can_prove: Assurance) -> Assurance | None:
    return requirement.wanted(
        demand.requirement, floor=floor, enrolled=can_prove, attainable=enrolled.attainable()
    )


def _is_trusted(interaction: Interaction | None) -> bool:
    return interaction is not None and interaction.device_trusted_at is not None


def _reminder(
    demand: Demand, interaction: Interaction | None, ruling: Ruling, progress: Progress
) -> datetime | None:
    if interaction is None or interaction.enrolment_declined_at is not None:
        return None
    is_moment = progress.is_signing_in and demand.kind is not Kind.STEP_UP
    return ruling.postponed_until if is_moment else None
