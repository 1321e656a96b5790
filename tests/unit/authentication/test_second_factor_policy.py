"""How the policies of site, user and app become one, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import SecondFactorPolicy, SecondFactorSettings
from idp.authentication.assurance import Assurance
from idp.authentication.second_factor_policy import Policies, policies, ruling

NEVER, OPTIONAL, REQUIRED = SecondFactorPolicy
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=7)

ANY = st.sampled_from(SecondFactorPolicy)
ANY_OR_NONE = st.none() | ANY
COMBINATIONS = st.builds(
    Policies,
    site=ANY,
    user=ANY_OR_NONE,
    client=ANY_OR_NONE,
    due_at=st.sampled_from([None, NOW - timedelta(days=1), SOON]),
)


@pytest.mark.parametrize(
    ("site", "user", "client", "required", "asked"),
    [
        (NEVER, None, None, False, False),
        (OPTIONAL, None, None, False, True),
        (REQUIRED, None, None, True, True),
        # The stricter one of site and user.
        (OPTIONAL, NEVER, None, False, True),
        (NEVER, OPTIONAL, None, False, True),
        (NEVER, REQUIRED, None, True, True),
        (REQUIRED, NEVER, None, True, True),
        # An app may be stricter, ...
        (NEVER, None, OPTIONAL, False, True),
        (NEVER, None, REQUIRED, True, True),
        (OPTIONAL, None, REQUIRED, True, True),
        # ... or go without what is optional, and never without what is required.
        (OPTIONAL, None, NEVER, False, False),
        (OPTIONAL, OPTIONAL, NEVER, False, False),
        (REQUIRED, None, NEVER, True, True),
        (OPTIONAL, REQUIRED, NEVER, True, True),
        (REQUIRED, None, OPTIONAL, True, True),
    ],
)
def test_the_stricter_wins_and_an_app_lowers_only_what_is_optional(
    site, user, client, *, required: bool, asked: bool
) -> None:
    found = ruling(Policies(site, user, client), is_enrolled=True, now=NOW)

    assert (found.floor >= Assurance.TWO_FACTOR, found.asks_enrolled) == (required, asked)


@pytest.mark.parametrize(
    ("due_at", "is_enrolled", "postponed"),
    [(SOON, False, True), (SOON, True, False), (NOW, False, False), (None, False, False)],
)
def test_grace_is_for_whoever_has_none_yet_and_ends(
    due_at, *, is_enrolled: bool, postponed: bool
) -> None:
    of = Policies(OPTIONAL, REQUIRED, due_at=due_at)

    found = ruling(of, is_enrolled=is_enrolled, now=NOW)

    assert found.postponed_until == (SOON if postponed else None)
    assert found.floor is (Assurance.ONE_FACTOR if postponed else Assurance.TWO_FACTOR)


def test_an_app_that_requires_one_gives_no_grace() -> None:
    of = Policies(OPTIONAL, REQUIRED, REQUIRED, due_at=SOON)

    assert ruling(of, is_enrolled=False, now=NOW).floor is Assurance.TWO_FACTOR


def test_going_without_is_noted_only_where_others_would_ask() -> None:
    def is_waived(site: SecondFactorPolicy) -> bool:
        return ruling(Policies(site, None, NEVER), is_enrolled=True, now=NOW).waived

    assert [is_waived(site) for site in (NEVER, OPTIONAL, REQUIRED)] == [False, True, False]


@given(COMBINATIONS, st.booleans())
def test_what_is_required_is_asked_for(of: Policies, is_enrolled: bool) -> None:  # noqa: FBT001
    found = ruling(of, is_enrolled=is_enrolled, now=NOW)

    assert found.asks_enrolled or found.floor is Assurance.ONE_FACTOR
    assert not (found.waived and found.floor >= Assurance.TWO_FACTOR)


@given(COMBINATIONS)
def test_no_app_lowers_what_is_required_of_the_enrolled(of: Policies) -> None:
    if of.account is REQUIRED:
        assert ruling(of, is_enrolled=True, now=NOW).floor is Assurance.TWO_FACTOR


@pytest.mark.parametrize(
    ("site", "user", "due_at", "expected"),
    [
        (REQUIRED, None, None, NOW + timedelta(days=3)),
        (REQUIRED, OPTIONAL, None, NOW + timedelta(days=3)),
        (REQUIRED, None, SOON, SOON),
        (REQUIRED, REQUIRED, None, None),
        (OPTIONAL, REQUIRED, None, None),
        (OPTIONAL, None, None, None),
    ],
)
def test_grace_begins_by_itself_only_for_what_the_site_requires(
    site, user, due_at, expected
) -> None:
    of_site = SecondFactorSettings(policy=site, grace=timedelta(days=3))

    assert policies(of_site, user=user, due_at=due_at, now=NOW).due_at == expected
