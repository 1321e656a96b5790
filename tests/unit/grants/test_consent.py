"""Consent is remembered per user, client and scope, and asked for again only when there is more."""

import pytest

from idp.clients import registry
from idp.extensions import transaction
from idp.grants import consent
from tests.support.spec_matrix import spec


@pytest.fixture
def pair(app, a):
    """A user and a client."""
    user_id, client_id = a.user().id, a.client().client_id
    with app.app_context():
        yield user_id, registry.find(client_id)


@spec("OIDC Core", "3.1.2.4")
def test_what_was_allowed_is_not_asked_again(pair):
    user_id, client = pair
    assert consent.missing(user_id, client, ("openid", "email")) == ("openid", "email")

    with transaction():
        consent.remember(user_id, client.client_id, ("openid", "email"))

    assert consent.missing(user_id, client, ("email", "openid")) == ()
    assert consent.missing(user_id, client, ("openid", "phone")) == ("phone",)


def test_consent_adds_up(pair):
    user_id, client = pair
    for scope in (("openid",), ("email",), ("openid",)):
        with transaction():
            consent.remember(user_id, client.client_id, scope)

    assert consent.remembered(user_id, client.client_id).scope == {"openid", "email"}


@spec("OIDC Core", "5.5")
def test_claims_beyond_the_scopes_are_remembered_too(pair):
    user_id, client = pair
    assert consent.missing(user_id, client, ("openid",), ("email",)) == ("openid", "email")

    with transaction():
        consent.remember(user_id, client.client_id, ("openid",), ("email",))
        consent.remember(user_id, client.client_id, ("openid",), ("nickname",))

    assert consent.missing(user_id, client, ("openid",), ("nickname", "email")) == ()
    assert consent.missing(user_id, client, ("openid",), ("email", "gender")) == ("gender",)
    # The scope stands for more than the one claim.
    assert consent.missing(user_id, client, ("openid", "email")) == ("email",)


def test_withdrawn_consent_is_asked_for_from_scratch(pair):
    user_id, client = pair
    with transaction():
        consent.remember(user_id, client.client_id, ("openid", "email"))

    with transaction():
        assert consent.withdraw(user_id, client.client_id)
        assert not consent.withdraw(user_id, client.client_id)

    with transaction():
        consent.remember(user_id, client.client_id, ("phone",))
    assert consent.missing(user_id, client, ("openid", "phone")) == ("openid",)


def test_a_trusted_client_is_not_asked_about(app, a):
    user_id, client_id = a.user().id, a.client(trusted=True).client_id

    with app.app_context():
        assert consent.missing(user_id, registry.find(client_id), ("openid",)) == ()


@spec("RFC 8252", "8.6")
def test_an_installed_app_is_asked_about_every_time(app, a):
    """R73. Unless an administrator has vouched for it."""
    uris = ("http://127.0.0.1/cb",)
    native = a.client("native", redirect_uris=uris).client_id
    vouched = a.client("native", redirect_uris=uris, trusted=True).client_id
    web = a.client().client_id

    with app.app_context():
        asked = [
            consent.is_asked_every_time(registry.find(client_id))
            for client_id in (native, vouched, web)
        ]

    assert asked == [True, False, False]


def test_another_users_consent_does_not_count(pair, a):
    user_id, client = pair
    with transaction():
        consent.remember(user_id, client.client_id, ("openid",))

    assert consent.missing("somebody else", client, ("openid",)) == ("openid",)
