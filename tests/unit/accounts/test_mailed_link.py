"""The life of mailed links, whatever they are for."""

from datetime import timedelta

import pytest

from idp.accounts import mailed_link
from idp.accounts.mailed_link import Purpose
from tests.support.race import at_once

ADDRESS = "new@example.com"


@pytest.fixture
def overrides():
    return {"database_pool_size": 70}


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def issue(work, user):
    """A link about the user, and what finds it."""

    def make(purpose=Purpose.RESET_PASSWORD, **about):
        return work(lambda: mailed_link.issue(purpose, **(about or {"user_id": user.id})))

    return make


@pytest.fixture
def find(work):
    return lambda token, purpose=Purpose.RESET_PASSWORD: work(
        lambda: mailed_link.find(token, purpose)
    )


def test_a_link_is_good_for_its_own_purpose_only(issue, find):
    token = issue()

    assert find(token)
    assert find(token, Purpose.SET_PASSWORD) is None


def test_a_newer_link_ends_older_ones_of_its_purpose_and_no_others(issue, find):
    older, other = issue(), issue(Purpose.SET_PASSWORD)
    newer = issue()

    assert find(older) is None
    assert find(newer)
    assert find(other, Purpose.SET_PASSWORD)


def test_a_link_about_an_address_needs_no_account(issue, find):
    older = issue(Purpose.REGISTRATION, address=ADDRESS, details={"name": "New Person"})
    newer = issue(Purpose.REGISTRATION, address=ADDRESS, lifetime=timedelta(hours=1))

    assert find(older, Purpose.REGISTRATION) is None
    assert find(newer, Purpose.REGISTRATION).address == ADDRESS


def test_a_link_is_about_somebody(issue):
    with pytest.raises(ValueError, match="about a user or an address"):
        issue(lifetime=timedelta(hours=1))


def test_ending_the_links_of_a_user_names_purposes_or_ends_all(issue, find, work, user):
    reset, first = issue(), issue(Purpose.SET_PASSWORD)

    assert work(lambda: mailed_link.void(Purpose.RESET_PASSWORD, user_id=user.id)) == 1
    assert find(reset) is None
    assert find(first, Purpose.SET_PASSWORD)

    assert work(lambda: mailed_link.void(user_id=user.id)) == 1
    assert find(first, Purpose.SET_PASSWORD) is None


def test_of_64_uses_at_once_one_spends_the_link(issue, find, work):
    """A45."""
    link = find(issue())

    assert sorted(at_once(64, lambda: work(lambda: mailed_link.spend(link)))) == [False] * 63 + [
        True
    ]
