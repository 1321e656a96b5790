"""A proof that is being checked while what it rests on ends: it begins no session, whichever of the
two is first in the end (R48).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from config import PasswordSettings
from idp.accounts import disable, new_password, sign_out
from idp.authentication import password, password_hash, time_check, totp
from idp.authentication.password_hash import StoredHash
from idp.extensions import db, transaction
from idp.models import Session, TrustedDevice, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty
from tests.support.resets import NEW, Mail, ask

pytestmark = pytest.mark.each_engine

PATIENCE = 30


@pytest.fixture
def overrides() -> dict[str, Any]:
    """A check that waits keeps nobody else from hashing."""
    return {"passwords": PasswordSettings(bcrypt_cost=4, hash_slots=8)}


class Pause:
    """The first call of a function is made, and returns only when told to."""

    def __init__(self, act: Callable[..., Any]) -> None:
        self.act, self.reached, self.go_on = act, Event(), Event()

    def __call__(self, *args: Any) -> Any:
        result = self.act(*args)
        if not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
        return result


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Pause:
    """The password has been found right, and the page does not know yet."""
    pause = Pause(password_hash.matches)
    monkeypatch.setattr(password_hash, "matches", pause)
    return pause


@pytest.fixture
def code_check(monkeypatch: pytest.MonkeyPatch) -> Pause:
    """A code has been typed, and is about to be looked at."""
    pause = Pause(time_check.is_trustworthy)
    monkeypatch.setattr(time_check, "is_trustworthy", pause)
    return pause


def reach(pause: Pause, running: Future[Browser]) -> None:
    assert pause.reached.wait(PATIENCE), running.result(0)


def live_sessions(a: Factory) -> int:
    with a.app.app_context():
        return len(db.session.scalars(select(Session).where(Session.ended_at.is_(None))).all())


def change(a: Factory, act: Callable[[User], object], user: User) -> None:
    with a.app.app_context(), transaction():
        act(db.session.get_one(User, user.id))


def test_an_old_password_that_is_being_checked_during_a_reset_opens_nothing(
    a: Factory, browser: Browser, hashing: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    a.user()
    victim = Browser(a.app.test_client(), browser.issuer)
    ask(victim)
    (link,) = Mail(a.app).links()
    victim.open(link)
    browser.open("/account/")
    attack = elsewhere.submit(browser.submit, username=EMAIL, password=PASSWORD)
    reach(hashing, attack)

    victim.submit(password=NEW)
    hashing.go_on.set()

    assert victim.page == "password-set"
    assert (attack.result(PATIENCE).status, browser.page) == (422, "sign-in")
    assert "That email or password isn't right." in browser.text
    assert live_sessions(a) == 0


def test_of_two_changes_of_a_password_at_once_the_second_one_needs_the_new_one(
    a: Factory, browser: Browser, hashing: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    hashing.reached.set()
    a.user()
    other = Browser(a.app.test_client(), browser.issuer)
    for one in (browser, other):
        one.open("/account/").submit(username=EMAIL, password=PASSWORD)
        one.open("/account/password")
    hashing.reached.clear()
    first = elsewhere.submit(browser.submit, current_password=PASSWORD, password=NEW)
    reach(hashing, first)

    other.submit(current_password=PASSWORD, password="five other calm words here")
    hashing.go_on.set()

    assert (first.result(PATIENCE).status, browser.page) == (422, "change-password")
    assert "That isn't your current password." in browser.text


def test_an_account_that_was_disabled_during_the_check_has_no_session_when_it_is_enabled(
    a: Factory, browser: Browser, hashing: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    """A24."""
    user = a.user()
    browser.open("/account/")
    attack = elsewhere.submit(browser.submit, username=EMAIL, password=PASSWORD)
    reach(hashing, attack)

    change(a, disable.disable, user)
    hashing.go_on.set()

    assert attack.result(PATIENCE).status == 422
    change(a, disable.enable, user)
    assert browser.open("/account/").page == "sign-in"
    assert live_sessions(a) == 0


def set_new_password(user: User) -> None:
    prepared = password.prepare(NEW)
    assert isinstance(prepared, StoredHash)
    new_password.take_effect(user, prepared, because="password_reset")


def test_a_code_that_is_being_checked_during_a_reset_completes_no_sign_in_with_the_old_password(
    a: Factory, browser: Browser, code_check: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    user = a.user()
    phone = a.phone(user)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    browser.fill(trust_device="yes")
    attack = elsewhere.submit(browser.submit, code=phone.code())
    reach(code_check, attack)

    change(a, set_new_password, user)
    code_check.go_on.set()

    assert attack.result(PATIENCE).page == "sign-in"
    assert live_sessions(a) == 0
    with a.app.app_context():
        assert db.session.scalars(select(TrustedDevice)).all() == []


def test_a_code_for_a_session_that_ends_meanwhile_begins_no_new_one(
    a: Factory, browser: Browser, code_check: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    """Signed out everywhere while a step-up was on its way."""
    code_check.reached.set()
    user = a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    phone = a.phone(user)
    browser.open(a.client(min_acr="urn:idp:loa:2fa", trusted=True).authorization_url())
    assert browser.page == "second-factor"
    code_check.reached.clear()
    attack = elsewhere.submit(browser.submit, code=phone.code())
    reach(code_check, attack)

    change(a, lambda user: sign_out.end_all(user.id, reason="signed_out_by_list"), user)
    code_check.go_on.set()

    assert attack.result(PATIENCE).page == "sign-in"
    assert browser.left_for is None
    assert live_sessions(a) == 0


def test_a_session_that_ends_meanwhile_sets_up_no_authenticator(
    a: Factory, browser: Browser, code_check: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    user = a.user()
    browser.open("/account/totp").submit(username=EMAIL, password=PASSWORD)
    phone = Phone(browser.find("[data-totp-secret]").get_text().replace(" ", ""))
    attack = elsewhere.submit(browser.submit, code=phone.code())
    reach(code_check, attack)

    change(a, lambda user: sign_out.end_all(user.id, reason="signed_out_by_list"), user)
    code_check.go_on.set()

    assert attack.result(PATIENCE).status == 410
    with a.app.app_context():
        assert not totp.is_enrolled(user.id)


def test_a_sign_in_that_was_cancelled_in_another_tab_meanwhile_begins_no_session(
    a: Factory, browser: Browser, hashing: Pause, elsewhere: ThreadPoolExecutor
) -> None:
    a.user()
    rp: RelyingParty = a.client(trusted=True)
    browser.open(rp.authorization_url())
    tab = Browser(a.app.test_client(), browser.issuer).open(browser.url)
    binding = browser.client.get_cookie("__Host-browser", "idp.example")
    assert binding is not None
    tab.client.set_cookie("__Host-browser", binding.value, domain="idp.example", secure=True)
    tab.open(browser.url)
    attempt = elsewhere.submit(browser.submit, username=EMAIL, password=PASSWORD)
    reach(hashing, attempt)

    tab.press("Cancel")
    hashing.go_on.set()

    assert (tab.left_for or "").startswith(rp.redirect_uri)
    assert attempt.result(PATIENCE).page == "expired"
    assert live_sessions(a) == 0
