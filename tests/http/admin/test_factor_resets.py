"""R56: a lost second factor is reset by two administrators or by one and a day's wait, told to the
person at once, and takes effect by a link, the password and a new factor, never before.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from idp import clock as current_time
from idp.extensions import db, transaction
from idp.jobs import settle_factor_resets
from idp.models import AuditEvent, Role, User
from tests.http.admin.conftest import Arrive
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.relying_party import answer, claims
from tests.support.time_travel import Clock

BOB, SUE = "bob@example.com", "sue@example.com"
REASON = "Ticket 4711: phone stolen"
STARTED = "An administrator wants to reset your two-step sign-in"
LINK = "Set up a new second step"
CALLED_OFF = "The reset of your two-step sign-in was called off"


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name="Bob Builder")


@pytest.fixture
def phone(a: Factory, bob: User) -> Phone:
    return a.phone(bob)


@pytest.fixture
def started(owner: Browser, bob: User, phone: Phone) -> Browser:
    """Whoever started a reset for Bob, on his page."""
    return act(owner, bob, "reset-factors")


@pytest.fixture
def sue(arrive: Arrive) -> Browser:
    return arrive(Role.SUPPORT, SUE)


@pytest.fixture
def elsewhere(a: Factory, browser: Browser) -> Callable[[], Browser]:
    return lambda: Browser(a.app.test_client(), browser.issuer)


def act(browser: Browser, user: User, name: str, reason: str = REASON) -> Browser:
    return browser.open(f"/admin/users/{user.id}/{name}").submit(reason=reason)


def settle(a: Factory) -> None:
    with a.app.app_context():
        settle_factor_resets.run(current_time.now())


def events(a: Factory, type_: str) -> list[AuditEvent]:
    with a.app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.type == type_)))


def sign_in(browser: Browser, code: str | None = None) -> Browser:
    browser.open("/account/").submit(username=BOB, password=PASSWORD)
    return browser.submit(code=code) if code else browser


def shown_phone(browser: Browser) -> Phone:
    return Phone(browser.find("[data-totp-secret]").get_text(strip=True))


def enrol(browser: Browser) -> Phone:
    """A new app, whose recovery codes are saved."""
    new = shown_phone(browser)
    browser.submit(code=new.code())
    assert browser.page == "recovery-codes", browser.text[:300]
    browser.fill(saved="yes").press("Continue")
    return new


# --- both ways -------------------------------------------------------------------------------


def test_a_second_administrator_approves_and_a_new_factor_takes_the_place_of_all_old_ones(
    a: Factory,
    owner: Browser,
    sue: Browser,
    bob: User,
    phone: Phone,
    browser: Browser,
    mailbox: Mailbox,
    clock: Clock,
    elsewhere: Callable[[], Browser],
) -> None:
    """R48, R56."""
    codes, rp = a.recovery_codes(bob), a.client()
    old = elsewhere()
    old.open(rp.authorization_url()).submit(username=BOB, password=PASSWORD)
    old.submit(code=phone.code()).press("Allow")
    tokens = rp.exchange(answer(old.left_for)["code"]).get_json()
    clock.advance(minutes=1)

    act(owner, bob, "reset-factors")
    assert "The reset is started" in owner.text
    assert REASON in owner.find("[data-factor-reset]").get_text()
    assert mailbox.subjects(BOB)[-1] == STARTED
    act(owner, bob, "approve-reset")
    assert (owner.status, "It takes another administrator" in owner.text) == (422, True)

    sue.open("/admin/")
    assert f"{BOB}: a reset of the second step waits" in sue.text
    act(sue, bob, "approve-reset", "Bob came by")
    assert "The reset is approved" in sue.text
    assert mailbox.subjects(BOB)[-1] == LINK
    assert rp.userinfo(tokens["access_token"]).status_code == 200

    browser.open(mailbox.link(BOB)).press("Continue")
    assert browser.page == "sign-in"
    browser.submit(password=PASSWORD)
    assert (browser.page, "Your second step was reset" in browser.text) == ("enrol-totp", True)
    new = enrol(browser)

    assert browser.page == "account"
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert old.open("/account/").page == "sign-in"
    clock.advance(minutes=1)
    assert sign_in(elsewhere(), phone.code()).status == 422
    assert sign_in(elsewhere(), new.code()).page == "account"
    used = sign_in(elsewhere()).follow("Use a recovery code").submit(code=codes[0])
    assert used.status == 422
    (done,) = events(a, "second_factors_reset")
    assert done.details["reason"] == REASON
    assert done.details["approved_by"] != done.details["started_by"]
    assert "Your two-step sign-in was reset by an administrator" in mailbox.subjects(BOB)
    browser.open(rp.authorization_url())
    said = claims(rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"])
    assert said["amr"] == ["pwd", "otp", "mfa"]


def test_after_a_day_it_takes_effect_by_itself_also_for_a_passkey(
    a: Factory, bob: User, started: Browser, browser: Browser, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(hours=23, minutes=59)
    settle(a)
    assert LINK not in mailbox.subjects(BOB)
    clock.advance(minutes=1)
    for _pass in range(2):
        settle(a)
    assert mailbox.subjects(BOB).count(LINK) == 1

    browser.open(mailbox.link(BOB)).press("Continue").submit(password=PASSWORD)
    device = Authenticator(browser.issuer)
    show(device, browser.follow("Use a passkey instead"), device_name="Laptop")

    assert browser.page == "recovery-codes"
    (done,) = events(a, "second_factors_reset")
    assert (done.actor, done.details["approved_by"]) == (f"user:{bob.id}", None)
    assert len(events(a, "totp_removed")) == 1


def test_a_lost_link_is_mailed_again_and_the_last_one_ends(
    started: Browser, sue: Browser, bob: User, browser: Browser, mailbox: Mailbox
) -> None:
    act(sue, bob, "approve-reset")
    first = mailbox.link(BOB)
    browser.open(first).press("Continue")

    act(sue, bob, "mail-reset-link", "The browser was closed")

    assert browser.submit(password=PASSWORD).page == "second-factor"
    assert browser.open(first).status == 410
    browser.open(mailbox.link(BOB)).press("Continue").submit(password=PASSWORD)
    assert browser.page == "enrol-totp"


# --- calling it off --------------------------------------------------------------------------


def by_link(_started: Browser, browser: Browser, mailbox: Mailbox, _phone: Phone) -> None:
    browser.open(mailbox.link(BOB))
    assert browser.page == "cancel-reset"
    assert browser.press("Call off the reset").page == "reset-cancelled"


def by_factor(_started: Browser, browser: Browser, _mailbox: Mailbox, phone: Phone) -> None:
    assert sign_in(browser, phone.code()).page == "account"


def by_administrator(started: Browser, *_others: object) -> None:
    started.follow("Call off the reset").submit(reason="Found it")
    assert "The reset is called off" in started.text


@pytest.mark.parametrize("call_off", [by_link, by_factor, by_administrator])
def test_it_is_called_off(
    a: Factory,
    started: Browser,
    sue: Browser,
    bob: User,
    phone: Phone,
    browser: Browser,
    mailbox: Mailbox,
    clock: Clock,
    call_off: Callable[..., None],
) -> None:
    call_off(started, browser, mailbox, phone)

    assert mailbox.subjects(BOB).count(CALLED_OFF) == 1
    act(sue, bob, "approve-reset")
    assert "There was nothing to do." in sue.text
    clock.advance(days=2)
    settle(a)
    assert LINK not in mailbox.subjects(BOB)
    assert events(a, "factor_reset_ended")[0].details["because"] in {"cancelled", "factor_used"}


def test_its_owner_sees_it_on_the_security_page_and_calls_it_off_there(
    owner: Browser, bob: User, phone: Phone, browser: Browser, mailbox: Mailbox
) -> None:
    sign_in(browser, phone.code())
    act(owner, bob, "reset-factors")

    browser.open("/account/security")
    assert "A reset of your second step is under way" in browser.text
    browser.press("Call off the reset")

    assert "The reset is called off" in browser.text
    assert browser.all("[data-factor-reset]") == []
    assert CALLED_OFF in mailbox.subjects(BOB)


def test_a_reset_that_is_called_off_in_the_middle_enrols_nothing(
    started: Browser, sue: Browser, bob: User, phone: Phone, browser: Browser, mailbox: Mailbox
) -> None:
    act(sue, bob, "approve-reset")
    browser.open(mailbox.link(BOB)).press("Continue").submit(password=PASSWORD)
    new = shown_phone(browser)

    by_administrator(started.open(f"/admin/users/{bob.id}"))
    browser.submit(code=new.code())

    assert browser.page == "second-factor"
    assert browser.submit(code=new.code()).status == 422
    assert browser.submit(code=phone.code()).page == "account"


def test_it_is_withdrawn_when_who_started_it_may_not_any_more(
    a: Factory, arrive: Arrive, bob: User, phone: Phone, mailbox: Mailbox, clock: Clock
) -> None:
    act(arrive(Role.SUPPORT, SUE), bob, "reset-factors")
    with a.app.app_context(), transaction():
        db.session.execute(update(User).where(User.role.is_not(None)).values(role=None))

    clock.advance(hours=24)
    settle(a)

    assert mailbox.subjects(BOB) == [CALLED_OFF]


def test_it_ends_with_its_link_and_another_one_can_be_started(
    a: Factory, started: Browser, sue: Browser, bob: User, mailbox: Mailbox, clock: Clock
) -> None:
    act(sue, bob, "approve-reset")
    link = mailbox.link(BOB)
    clock.advance(hours=24)
    settle(a)

    with a.app.app_context():
        fresh = Browser(a.app.test_client(), sue.issuer)
    assert fresh.open(link).status == 410
    assert [one.details["because"] for one in events(a, "factor_reset_ended")] == ["expired"]


# --- who may ---------------------------------------------------------------------------------


def test_nobody_resets_their_own_and_support_nobody_with_a_role(
    a: Factory, sue: Browser, owner: Browser, bob: User
) -> None:
    with a.app.app_context():
        roles = select(User).where(User.role.is_not(None))
        by_role = {user.role: user for user in db.session.scalars(roles)}

    act(owner, by_role[Role.OWNER], "reset-factors")
    assert (owner.status, "Nobody resets their own" in owner.text) == (422, True)
    assert sue.open(f"/admin/users/{by_role[Role.OWNER].id}/reset-factors").status == 403
    act(owner, by_role[Role.SUPPORT], "reset-factors")
    assert "The reset is started" in owner.text
    assert sue.open(f"/admin/users/{by_role[Role.SUPPORT].id}/approve-reset").status == 403
    act(owner, bob, "reset-factors")
    assert "There was nothing to do." in owner.text
    assert len(events(a, "factor_reset_started")) == 1
