"""A forgotten password in a real browser: with scripts, without them, and without a mouse."""

import pytest

from tests.browser.passwords import NEW
from tests.support.databases import EngineKind
from tests.support.visitor import Way

EVERY_WAY = pytest.mark.parametrize(
    ("site", "visitor"),
    [
        (EngineKind.SQLITE, Way.EVERYTHING),
        (EngineKind.POSTGRESQL, Way.EVERYTHING),
        (EngineKind.SQLITE, Way.WITHOUT_SCRIPTS),
        (EngineKind.SQLITE, Way.KEYBOARD),
    ],
    indirect=True,
)


@EVERY_WAY
def test_a_person_with_an_app_forgets_the_password_on_the_way_to_another_app(site, visitor, bob):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    visitor.follow("Forgot your password?").is_at("password-reset")
    visitor.fill(email=bob.email).press("Send the link").is_at("password-reset-sent")

    visitor.open(site.mailed_link(bob.email)).is_at("reset")
    visitor.fill(password=NEW, code=bob.code()).press("Save password").is_at("password-set")

    # Not signed in, but led on to where the person was going; the second factor is asked again.
    visitor.follow("Sign in").sign_in(bob.email, NEW).enter_code(bob.code(1))
    visitor.is_at("consent").press("Allow")
    visitor.is_at("claims")


def test_the_meter_follows_what_is_typed_and_the_words_say_it(site, visitor, ann):
    visitor.open(f"{site.issuer}/account/password").sign_in(ann.email).is_at("change-password")
    meter = visitor.page.locator("meter")
    assert meter.is_hidden()

    visitor.page.locator("#password").press_sequentially("too short")
    visitor.reads("Characters still missing: 6")
    assert meter.is_visible()
    visitor.page.locator("#password").fill("x" * 15)
    visitor.reads("Long enough.")
    visitor.page.locator("#password").fill("x" * 30)
    visitor.reads("Very good length.")
