"""Passkeys with Chromium's own virtual authenticator: a laptop with a fingerprint reader."""

import pytest
from playwright.sync_api import expect

from tests.support import laptop as laptops
from tests.support.laptop import Laptop
from tests.support.visitor import Visitor, Way


@pytest.fixture
def laptop(visitor: Visitor) -> Laptop:
    return laptops.below(visitor.page)


def enrol(site, visitor: Visitor, email: str) -> None:
    """Add a passkey in the account; the first factor beside the password brings its codes."""
    visitor.open(f"{site.issuer}/account/passkeys").sign_in(email)
    visitor.is_at("enrol-passkey")
    visitor.fill(device_name="My laptop").press("Create a passkey")
    visitor.is_at("recovery-codes")
    visitor.tick("saved").press("Continue")
    visitor.is_at("security")


def test_a_passkey_is_created_and_listed(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)

    visitor.reads("My laptop")
    (credential,) = laptop.credentials()
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"
    assert credential["userName"] == ann.email


@pytest.fixture
def without_autofill(visitor: Visitor) -> None:
    laptops.wait_for_the_button(visitor.page)


@pytest.mark.usefixtures("without_autofill")
def test_the_button_signs_in_without_a_name(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.page.context.clear_cookies()
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor.press("Sign in with a passkey")

    visitor.is_at("consent")
    visitor.press("Allow")
    identity = visitor.claims("id_token")
    assert (identity["acr"], identity["amr"]) == ("phr", ["swk", "user", "mfa"])


def test_the_browser_offers_it_where_the_name_is_typed(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.page.context.clear_cookies()

    visitor.open(site.app).follow("Sign in")

    visitor.is_at("consent")
    visitor.reads(ann.email)


@pytest.mark.usefixtures("without_autofill")
@pytest.mark.parametrize("visitor", [Way.EVERYTHING, Way.KEYBOARD], indirect=True)
def test_a_passkey_stands_for_the_code(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.page.context.clear_cookies()
    visitor.open(site.app).follow("Sign in").sign_in(ann.email)
    visitor.is_at("second-factor")

    visitor.press("Use your passkey")

    visitor.is_at("consent")
    visitor.press("Allow")
    assert visitor.claims("id_token")["amr"] == ["pwd", "swk", "user", "mfa"]


@pytest.mark.usefixtures("without_autofill")
def test_without_a_finger_nothing_happens_and_the_page_says_so(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.page.context.clear_cookies()
    laptop.finger(on=False)
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor.press("Sign in with a passkey")
    expect(visitor.page.get_by_role("status").filter(has_text="Nothing happened")).to_be_visible()

    laptop.finger(on=True)
    visitor.press("Sign in with a passkey")
    visitor.is_at("consent")


def test_a_device_that_holds_one_already_makes_no_second(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.open(f"{site.issuer}/account/passkeys").is_at("enrol-passkey")

    visitor.press("Create a passkey")

    visitor.reads("This device already holds a passkey for your account.")
    assert len(laptop.credentials()) == 1


@pytest.mark.usefixtures("without_autofill")
def test_a_removed_passkey_opens_nothing(site, visitor, ann, laptop):
    enrol(site, visitor, ann.email)
    visitor.page.get_by_role("link", name="Remove My laptop").click()
    visitor.is_at("remove-passkey").press("Remove")
    visitor.is_at("security").reads("Passkey removed.")
    visitor.page.context.clear_cookies()
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor.press("Sign in with a passkey")

    visitor.is_at("sign-in").reads("That passkey didn't work.")


@pytest.mark.parametrize("visitor", [Way.WITHOUT_SCRIPTS], indirect=True)
def test_without_scripts_the_page_says_why_there_is_no_passkey(site, visitor, ann):
    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor.reads("Passkeys need JavaScript")
    expect(visitor.page.get_by_role("button", name="Sign in with a passkey")).to_be_disabled()
    visitor.sign_in(ann.email).is_at("consent")

    visitor.open(f"{site.issuer}/account/passkeys").is_at("enrol-passkey")
    visitor.reads("Passkeys need JavaScript")
    expect(visitor.page.get_by_role("button", name="Create a passkey")).to_be_disabled()


def test_a_browser_that_cannot_says_so(site, visitor, ann):
    visitor.page.add_init_script("delete window.PublicKeyCredential")

    visitor.open(site.app).follow("Sign in").is_at("sign-in")

    visitor.reads("This browser can't use passkeys.")
    expect(visitor.page.get_by_role("button", name="Sign in with a passkey")).to_be_disabled()
