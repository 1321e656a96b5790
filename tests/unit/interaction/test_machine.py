"""The page order, as a table of situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.assurance import Assurance
from idp.interaction.machine import RULES, Facts, Step, is_proven, next_step, silent_error

NONE, ONE, TWO, THREE = Assurance
STRANGER = Facts()
SOON = datetime(2026, 12, 1, tzinfo=UTC)
KNOWN = Facts(has_primary_proof=True, reached=ONE)

SITUATIONS = [
    ("a stranger signs in", STRANGER, Step.SIGN_IN, "login_required"),
    (
        "a choice comes before the sign-in",
        Facts(account_choice_due=True),
        Step.SELECT_ACCOUNT,
        "account_selection_required",
    ),
    (
        "the wrong person signs in again",
        replace(KNOWN, is_expected_user=False),
        Step.SIGN_IN,
        "login_required",
    ),
    ("one factor is enough", KNOWN, Step.FINISH, None),
    (
        "a level out of reach is not asked for",
        replace(KNOWN, wanted=None),
        Step.UNMET,
        "unmet_authentication_requirements",
    ),
    (
        "an enrolled second factor is asked for",
        replace(KNOWN, wanted=TWO, enrolled=TWO),
        Step.SECOND_FACTOR,
        "login_required",
    ),
    (
        "a missing second factor is set up",
        replace(KNOWN, wanted=TWO),
        Step.ENROL,
        "interaction_required",
    ),
    (
        "a privileged account needs a ticket to set up its second factor",
        replace(KNOWN, wanted=TWO, ticket_missing=True),
        Step.TICKET,
        "interaction_required",
    ),
    (
        "an address that has to be confirmed comes before consent",
        replace(KNOWN, address_unproven=True, consent_due=True),
        Step.VERIFY_EMAIL,
        "interaction_required",
    ),
    (
        "two factors are enough",
        replace(KNOWN, reached=TWO, wanted=TWO, enrolled=TWO),
        Step.FINISH,
        None,
    ),
    (
        "a passkey that is enrolled is asked for, whatever else was proven",
        replace(KNOWN, reached=TWO, wanted=THREE, enrolled=THREE),
        Step.SECOND_FACTOR,
        "login_required",
    ),
    (
        "what is enrolled is proven before a passkey is set up",
        replace(KNOWN, wanted=THREE, enrolled=TWO),
        Step.SECOND_FACTOR,
        "login_required",
    ),
    (
        "a passkey that is missing is set up",
        replace(KNOWN, reached=TWO, wanted=THREE, enrolled=TWO),
        Step.ENROL_PASSKEY,
        "interaction_required",
    ),
    (
        "whoever lost the passkey sets up a new one after a recovery code",
        replace(KNOWN, reached=TWO, wanted=THREE, enrolled=THREE, recovered=True),
        Step.ENROL_PASSKEY,
        "interaction_required",
    ),
    (
        "a passkey alone is enough for everything",
        replace(KNOWN, reached=THREE, wanted=TWO, enrolled=THREE),
        Step.FINISH,
        None,
    ),
    (
        "a recovery code leads to a new factor",
        replace(KNOWN, reached=TWO, wanted=TWO, enrolled=TWO, recovered=True),
        Step.ENROL,
        "interaction_required",
    ),
    (
        "whoever has to have a second factor soon is offered to set it up",
        replace(KNOWN, remind_until=SOON, consent_due=True),
        Step.ENROL,
        "interaction_required",
    ),
    (
        "unsaved recovery codes come back",
        replace(KNOWN, recovery_codes_due=True, consent_due=True),
        Step.RECOVERY_CODES,
        "interaction_required",
    ),
    (
        "whom the app does not admit is asked for nothing",
        replace(KNOWN, is_shut_out=True, consent_due=True),
        Step.NOT_OPEN,
        "access_denied",
    ),
    ("consent comes last", replace(KNOWN, consent_due=True), Step.CONSENT, "consent_required"),
    (
        "a device waits for its answer",
        replace(KNOWN, device_undecided=True),
        Step.DEVICE,
        "interaction_required",
    ),
    (
        "no consent is asked of a half-proven person",
        replace(KNOWN, wanted=TWO, enrolled=TWO, consent_due=True),
        Step.SECOND_FACTOR,
        "login_required",
    ),
]


@pytest.mark.spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize(
    ("facts", "step", "error"), [row[1:] for row in SITUATIONS], ids=[row[0] for row in SITUATIONS]
)
def test_the_first_rule_that_applies_decides(facts: Facts, step: Step, error: str | None) -> None:
    assert next_step(facts) is step
    assert silent_error(facts) == error


FACTS = st.builds(
    Facts,
    account_choice_due=st.booleans(),
    has_primary_proof=st.booleans(),
    is_expected_user=st.booleans(),
    reached=st.sampled_from(Assurance),
    wanted=st.none() | st.sampled_from([ONE, TWO, THREE]),
    enrolled=st.sampled_from(Assurance),
    recovered=st.booleans(),
    recovery_codes_due=st.booleans(),
    is_shut_out=st.booleans(),
    consent_due=st.booleans(),
    device_undecided=st.booleans(),
    remind_until=st.none() | st.just(SOON),
)


@given(FACTS)
def test_nothing_finishes_unless_everything_wanted_is_proven(facts: Facts) -> None:
    if next_step(facts) is Step.FINISH:
        assert is_proven(facts)
        assert facts.wanted is not None
        assert facts.reached >= facts.wanted


@given(FACTS)
def test_a_page_after_identity_is_only_shown_to_the_proven(facts: Facts) -> None:
    if next_step(facts) in {Step.NOT_OPEN, Step.CONSENT, Step.RECOVERY_CODES, Step.DEVICE}:
        assert is_proven(facts)


@given(FACTS)
def test_silence_and_finishing_agree(facts: Facts) -> None:
    assert (silent_error(facts) is None) == (next_step(facts) is Step.FINISH)


def test_every_step_but_the_end_has_one_rule() -> None:
    assert sorted(rule.step for rule in RULES) == sorted(set(Step) - {Step.FINISH})
