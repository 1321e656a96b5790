"""A trusted browser is let off a code that nobody insists on, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from idp import carried
from idp.accounts import disable, password_link
from idp.authentication import totp, trusted_device
from idp.carried import Carried
from idp.extensions import db, transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import Clock

COOKIE = "__Host-trusted"
HOST = "idp.example"
TWO = "urn:idp:loa:2fa"
ESSENTIAL = '{"id_token":{"acr":{"essential":true,"values":["urn:idp:loa:2fa"]}}}'

Recorded = Callable[[str, User], int]


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


@pytest.fixture
def trusted(browser: Browser, rp: RelyingParty, phone: Phone, clock: Clock) -> Browser:
    """Ann's browser, trusted and signed out, half a minute later."""
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code(), trust_device="yes")
    assert browser.left_for is not None
    clock.advance(seconds=30)
    return signed_out(browser)


def signed_out(browser: Browser) -> Browser:
    browser.client.delete_cookie("__Host-session", domain=HOST)
    return browser


def sign_in(browser: Browser, rp: RelyingParty, email: str = EMAIL, **request: Any) -> Browser:
    """The password; what comes next is the test's question."""
    browser.open(rp.authorization_url(**request))
    return browser.submit(username=email, password=PASSWORD)


def value_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE, HOST)
    assert cookie is not None
    return str(cookie.value)


def test_the_password_is_enough_there_and_the_token_says_so(
    trusted: Browser, rp: RelyingParty, ann: User, recorded: Recorded
) -> None:
    """A22: it never counts as a factor."""
    sign_in(trusted, rp)

    tokens = rp.exchange(answer(trusted.left_for)["code"])
    said = claims(tokens.get_json()["id_token"])
    assert (said["acr"], said["amr"]) == ("urn:idp:loa:1fa", ["pwd"])
    assert recorded("trusted_device_used", ann) == 1


@pytest.mark.parametrize(
    "request_",
    [
        {"acr_values": TWO},
        {"claims": ESSENTIAL},
    ],
    ids=["voluntary", "essential"],
)
def test_whoever_wants_two_factors_gets_two(
    trusted: Browser, rp: RelyingParty, phone: Phone, request_: dict[str, str]
) -> None:
    """A22."""
    sign_in(trusted, rp, **request_)
    assert trusted.page == "second-factor"
    assert trusted.all("input[name=trust_device]") == []

    trusted.submit(code=phone.code())

    tokens = rp.exchange(answer(trusted.left_for)["code"])
    said = claims(tokens.get_json()["id_token"])
    assert (said["acr"], said["amr"]) == (TWO, ["pwd", "otp", "mfa"])


def test_a_client_with_a_floor_gets_two_factors(trusted: Browser, a: Factory) -> None:
    """A22: `min_acr`, and a policy of its own."""
    for strict in ({"min_acr": TWO}, {"second_factor_policy": "required"}):
        rp = a.client(trusted=True, **strict)

        assert sign_in(signed_out(trusted), rp).page == "second-factor"


def test_a_sensitive_page_asks_for_the_code(trusted: Browser, rp: RelyingParty) -> None:
    """A13, A22: a session of one factor changes no factor."""
    sign_in(trusted, rp)

    trusted.open("/account/totp")

    assert trusted.page == "second-factor"


def test_the_cookie_of_one_account_says_nothing_of_another(
    trusted: Browser, rp: RelyingParty, a: Factory
) -> None:
    """A20: Bob in Ann's browser, and Ann afterwards."""
    bob = a.user("bob@example.com", name="Bob Example")
    a.phone(bob)
    before = value_of(trusted)

    assert sign_in(trusted, rp, "bob@example.com").page == "second-factor"
    assert value_of(trusted) == before

    assert sign_in(signed_out(trusted), rp).left_for is not None


def test_who_is_let_off_lets_nobody_else_off_in_the_same_sign_in(
    trusted: Browser, a: Factory
) -> None:
    """A3, A20: with a trusted account of one's own, and somebody else's password."""
    a.phone(a.user("bob@example.com", name="Bob"))
    sign_in(trusted, a.client(client_name="Albums"))
    assert trusted.page == "consent"

    trusted.press("Not you?")
    trusted.submit(username="bob@example.com", password=PASSWORD)

    assert trusted.page == "second-factor"


def test_two_accounts_may_trust_one_browser(
    trusted: Browser, rp: RelyingParty, a: Factory, clock: Clock
) -> None:
    bob = a.user("bob@example.com", name="Bob Example")
    sign_in(trusted, rp, "bob@example.com")
    phone = a.phone(bob)
    sign_in(signed_out(trusted), rp, "bob@example.com")
    trusted.submit(code=phone.code(), trust_device="yes")

    for email in (EMAIL, "bob@example.com", EMAIL):
        assert sign_in(signed_out(trusted), rp, email).left_for is not None


def choose_password(a: Factory, ann: User, browser: Browser) -> None:
    with a.app.app_context(), transaction():
        token = password_link.issue(db.session.get_one(User, ann.id))
        url = password_link.url(token)
    browser.open(url).submit(password=PASSWORD)


def add_authenticator(a: Factory, ann: User, browser: Browser) -> None:
    with a.app.app_context(), transaction():
        totp.enrol_directly(db.session.get_one(User, ann.id))


def add_passkey(a: Factory, ann: User, browser: Browser) -> None:
    a.passkey(ann)


@pytest.mark.parametrize("change", [choose_password, add_authenticator, add_passkey])
def test_trust_ends_with_a_change_of_password_or_factors(
    trusted: Browser, rp: RelyingParty, a: Factory, ann: User, change: Callable[..., None]
) -> None:
    """A21."""
    change(a, ann, trusted)

    assert sign_in(signed_out(trusted), rp).page == "second-factor"


def test_trust_ends_with_signing_out_everywhere_else(
    trusted: Browser, rp: RelyingParty, a: Factory, phone: Phone
) -> None:
    """A21: also in the browser where it was asked for."""
    another = sign_in(Browser(a.app.test_client(), rp.issuer), rp).submit(code=phone.code())
    assert another.left_for is not None
    sign_in(trusted, rp).open("/account/sessions")

    trusted.press("Sign out everywhere else")

    assert another.open("/account/").page == "sign-in"
    assert sign_in(signed_out(trusted), rp).page == "second-factor"


def test_trust_ends_after_thirty_days_however_often_it_is_used(
    trusted: Browser, rp: RelyingParty, clock: Clock
) -> None:
    """A21."""
    for _day in range(29):
        clock.advance(days=1)
        assert sign_in(signed_out(trusted), rp).left_for is not None
    clock.advance(days=1)

    assert sign_in(signed_out(trusted), rp).page == "second-factor"


def test_trust_ends_with_the_account(
    trusted: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    """A24: disabled, and enabled again."""
    with a.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, ann.id))
        disable.enable(db.session.get_one(User, ann.id))

    assert sign_in(trusted, rp).page == "second-factor"


def test_each_value_works_once_and_a_copy_ends_the_trust(
    trusted: Browser, rp: RelyingParty, a: Factory, ann: User, recorded: Recorded
) -> None:
    """The thief comes second, and Ann is asked again; or first, and Ann's own value is the copy."""
    copied = value_of(trusted)
    assert sign_in(trusted, rp).left_for is not None
    assert value_of(trusted) != copied

    thief = Browser(a.app.test_client(), rp.issuer)
    thief.client.set_cookie(COOKIE, copied, domain=HOST, secure=True)
    assert sign_in(thief, rp).page == "second-factor"

    assert recorded("trusted_device_replayed", ann) == 1
    assert sign_in(signed_out(trusted), rp).page == "second-factor"


@pytest.mark.parametrize(
    "made_up", ["x", "~", "." * 70, "0" * 26 + "." + "A" * 43, "~".join(["a.b"] * 99), "\u00e9"]
)
def test_a_made_up_value_is_nothing(
    trusted: Browser, rp: RelyingParty, a: Factory, made_up: str
) -> None:
    stranger = Browser(a.app.test_client(), rp.issuer)
    stranger.client.set_cookie(COOKIE, made_up, domain=HOST, secure=True)

    assert sign_in(stranger, rp).page == "second-factor"
    assert sign_in(trusted, rp).left_for is not None


def test_the_user_ends_it_from_the_list(trusted: Browser, rp: RelyingParty, a: Factory) -> None:
    sign_in(trusted, rp)
    trusted.open("/account/sessions")
    form = trusted.find("form[action*='trusted-devices']")

    trusted.open(str(form["action"]), method="POST", data=trusted.fields_of(form))

    assert trusted.page == "sessions"
    assert "That browser is trusted no more." in trusted.text
    assert sign_in(signed_out(trusted), rp).page == "second-factor"


def test_nobody_ends_the_trust_of_somebody_else(
    trusted: Browser, rp: RelyingParty, a: Factory, ann: User
) -> None:
    a.user("bob@example.com", name="Bob Example")
    bob = sign_in(Browser(a.app.test_client(), rp.issuer), rp, "bob@example.com")
    token = bob.open("/account/sessions").find("input[name=csrf_token]")["value"]
    with a.app.app_context():
        device_id = trusted_device.of(ann.id)[0].id

    path = f"/account/trusted-devices/{device_id}/remove"
    bob.open(path, method="POST", data={"csrf_token": str(token)})

    assert bob.status == 404
    assert sign_in(trusted, rp).left_for is not None


def test_the_owner_is_told_by_mail(trusted: Browser, mailbox: Mailbox) -> None:
    assert any("trust" in subject.lower() for subject in mailbox.subjects(EMAIL))


class TestWherePolicyForbidsIt:
    @pytest.fixture(params=[{"policy": "required"}, {"trust_devices": False}], ids=str)
    def overrides(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"second_factor": request.param}

    def test_it_is_not_offered_and_not_taken(
        self, browser: Browser, rp: RelyingParty, phone: Phone
    ) -> None:
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        assert browser.all("input[name=trust_device]") == []

        browser.submit(code=phone.code(), trust_device="yes")

        assert browser.left_for is not None
        assert browser.client.get_cookie(COOKIE, HOST) is None


class TestAtOnce:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"database_pool_size": 80}

    def test_of_64_uses_of_one_value_one_succeeds(self, a: Factory, ann: User) -> None:
        with a.app.app_context(), transaction():
            trusted_device.trust(ann.id)
            value = carried.value(Carried.TRUST)

        def use() -> bool:
            carried.enter({Carried.TRUST: value})
            with a.app.app_context(), transaction():
                return trusted_device.use(ann.id)

        assert sum(at_once(64, use)) == 1
