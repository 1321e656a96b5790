"""The order of pages, computed from facts: one table for sign-in, second factor, enrolment,
consent, step-up.

Pure. Nothing is stored about "the next page": a proof given in another tab, the back button or a
restart change the facts, and the facts change the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.authentication.assurance import Assurance


class Step(StrEnum):
    """Where an interaction stands; each but the last three is a page."""

    SELECT_ACCOUNT = "select-account"
    SIGN_IN = "sign-in"
    SECOND_FACTOR = "second-factor"
    TICKET = "enrolment-ticket"
    ENROL = "enrol-totp"
    ENROL_PASSKEY = "enrol-passkey"
    RECOVERY_CODES = "recovery-codes"
    VERIFY_EMAIL = "verify-email"
    NOT_OPEN = "not-open"
    CONSENT = "consent"
    DEVICE = "device"
    UNMET = "unmet"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the order depends on; `interaction.facts` is the only reader that fills it."""

    account_choice_due: bool = False
    has_primary_proof: bool = False
    is_expected_user: bool = True
    reached: Assurance = Assurance.NONE
    wanted: Assurance | None = Assurance.ONE_FACTOR
    """None: the request insists on a level that this user cannot reach."""
    enrolled: Assurance = Assurance.NONE
    """What the factors that the account has can prove."""
    ticket_missing: bool = False
    """A privileged account, whose password alone may not set up its second factor (R20)."""
    recovered: bool = False
    """The second factor was a recovery code, and replacing the lost one was not declined."""
    replacing: bool = False
    """Of lost second factors, after a reset: they are not asked for, and a new one has to be set up
    (R56).
    """
    remind_until: datetime | None = None
    """A second factor has to be set up by then; it is offered now and may be put off."""
    recovery_codes_due: bool = False
    address_unproven: bool = False
    """The e-mail address has to be confirmed here, and is not."""
    is_shut_out: bool = False
    """The app admits members of certain groups only, and this user is in none of them."""
    consent_due: bool = False
    device_undecided: bool = False
    """A device elsewhere asks, and the user has not said yes."""


def lacks_primary_proof(facts: Facts) -> bool:
    return not (facts.has_primary_proof and facts.is_expected_user)


def is_out_of_reach(facts: Facts) -> bool:
    return facts.wanted is None


def lacks_second_factor(facts: Facts) -> bool:
    """Whoever lost a factor, and used a recovery code or had it reset, is not asked for it."""
    is_lost = facts.recovered or facts.replacing
    return facts.reached < facts.enrolled and _falls_short(facts) and not is_lost


def lacks_ticket(facts: Facts) -> bool:
    return facts.ticket_missing and _falls_short(facts)


def must_enrol_passkey(facts: Facts) -> bool:
    """Nothing else is worth what is wanted."""
    return _falls_short(facts) and facts.wanted is Assurance.PHISHING_RESISTANT


def must_enrol(facts: Facts) -> bool:
    return facts.recovered or facts.remind_until is not None or _falls_short(facts)


def _falls_short(facts: Facts) -> bool:
    return facts.wanted is not None and facts.reached < facts.wanted


def is_proven(facts: Facts) -> bool:
    """Every wanted factor is proven: a session may begin. What is still to be asked is not about
    identity.
    """
    return not (lacks_primary_proof(facts) or is_out_of_reach(facts) or _falls_short(facts))


@dataclass(frozen=True, slots=True)
class Rule:
    """When `applies`, `step` is next; a request with `prompt=none` is answered `silent_error`
    instead.
    """

    applies: Callable[[Facts], bool]
    step: Step
    silent_error: str


RULES = (
    Rule(lambda facts: facts.account_choice_due, Step.SELECT_ACCOUNT, "account_selection_required"),
    Rule(lacks_primary_proof, Step.SIGN_IN, "login_required"),
    Rule(is_out_of_reach, Step.UNMET, "unmet_authentication_requirements"),
    Rule(lacks_second_factor, Step.SECOND_FACTOR, "login_required"),
    Rule(lacks_ticket, Step.TICKET, "interaction_required"),
    Rule(must_enrol_passkey, Step.ENROL_PASSKEY, "interaction_required"),
    Rule(must_enrol, Step.ENROL, "interaction_required"),
    Rule(lambda facts: facts.recovery_codes_due, Step.RECOVERY_CODES, "interaction_required"),
    Rule(lambda facts: facts.address_unproven, Step.VERIFY_EMAIL, "interaction_required"),
    Rule(lambda facts: facts.is_shut_out, Step.NOT_OPEN, "access_denied"),
    Rule(lambda facts: facts.consent_due, Step.CONSENT, "consent_required"),
    Rule(lambda facts: facts.device_undecided, Step.DEVICE, "interaction_required"),
)
"""The first rule that applies decides (OIDC Core §3.1.2.6 for the errors)."""


def next_step(facts: Facts) -> Step:
    """The page this user needs, or FINISH."""
    return next((rule.step for rule in RULES if rule.applies(facts)), Step.FINISH)


def silent_error(facts: Facts) -> str | None:
    """What `prompt=none` answers instead of that page; None when nothing is to be asked."""
    return next((rule.silent_error for rule in RULES if rule.applies(facts)), None)
