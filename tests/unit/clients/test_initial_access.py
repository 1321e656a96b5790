"""Initial access tokens: counted once each, whoever comes at the same time."""

from datetime import timedelta

import pytest

from idp import clock
from idp.clients import initial_access
from idp.extensions import transaction
from tests.support.race import at_once


@pytest.fixture
def issue(app):
    def made(uses):
        with transaction():
            end = clock.now() + timedelta(days=1)
            token = initial_access.issue("test", {}, uses=uses, expires_at=end)
        return initial_access.find(token)

    return made


def test_as_many_as_it_was_made_for_get_through(app, issue):
    access = issue(uses=3)

    def spend():
        with app.app_context(), transaction():
            return initial_access.spend(access)

    assert sum(at_once(8, spend)) == 3
    assert [kept.uses_left for kept in initial_access.everyone()] == [0]


def test_what_was_revoked_meanwhile_cannot_be_spent(issue):
    access = issue(uses=1)
    with transaction():
        assert initial_access.revoke(access.name)

    with transaction():
        assert not initial_access.spend(access)


def test_one_token_is_revoked_and_not_its_neighbours(issue):
    first, second = issue(uses=1), issue(uses=1)

    with transaction():
        initial_access.revoke(first.name)

    assert [kept.name for kept in initial_access.everyone()] == [second.name]
