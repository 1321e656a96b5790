"""Two people in one browser: the second one joins, both are offered, one leaves and one stays."""

import pytest

from tests.support.visitor import Way

EVERY_WAY = pytest.mark.parametrize("visitor", list(Way), indirect=True)


@EVERY_WAY
def test_a_second_person_joins_and_the_app_asks_which(site, visitor, ann, bob):
    visitor.open(f"{site.issuer}/account/").sign_in(ann.email).is_at("account")
    visitor.open(f"{site.issuer}/account/switch").press("Add another account")
    visitor.sign_in(bob.email).enter_code(bob.code()).is_at("account")

    visitor.open(site.app).follow("Sign in").is_at("select-account")
    visitor.choose(ann.email)

    visitor.is_at("consent").reads(ann.email).press("Allow").is_at("claims")
    assert visitor.claims("userinfo")["email"] == ann.email
    visitor.open(f"{site.issuer}/account/").press("Sign out").is_at("signed-out")
    visitor.reads("Still signed in on this device").reads(bob.email)
    visitor.follow("Go to these accounts").is_at("switch-account").reads(bob.email)
