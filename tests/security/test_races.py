"""Many at once with the same thing that is good once: one succeeds, nobody sees an error.

The same value is tried in the same place, and in different ones. Links have a file of their own
(tests/http/arrival/test_link_races.py); so have codes at sign-in (test_code_guessing.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import PasswordSettings
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty
from tests.support.resets import NEW, Mail, ask
from tests.support.time_travel import Clock

RACERS = 64
HOST = "idp.example"
TRUST, LINK = "__Host-trusted", "__Host-link-reset-password"

Recorded = Callable[[str, User], int]


@pytest.fixture
def overrides() -> dict[str, Any]:
    """As many connections and seats as racers: nobody is only told to come back."""
    return {
        "database_pool_size": RACERS + 6,
        "throttling": "off",
        "passwords": PasswordSettings(
            bcrypt_cost=4, hash_slots=32, hash_queue=64, hash_wait=timedelta(seconds=30)
        ),
    }


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


def arrive(a: Factory, rp: RelyingParty, **cookies: str) -> Browser:
    """A browser of its own on the sign-in page."""
    browser = Browser(a.app.test_client(), rp.issuer)
    for name, value in cookies.items():
        browser.client.set_cookie(name, value, domain=HOST, secure=True)
    return browser.open(rp.authorization_url())


def at_the_second_step(a: Factory, rp: RelyingParty) -> Browser:
    return arrive(a, rp).submit(username=EMAIL, password=PASSWORD)


def race(sends: list[Callable[[], Browser]]) -> Counter[str]:
    """Where each of them ended: at the app, or on a page."""
    waiting = iter(sends)

    def act() -> str:
        browser = next(waiting)()
        assert browser.status < 500, browser.text
        return "app" if browser.left_for else str(browser.page)

    return Counter(at_once(len(sends), act))


def test_one_value_of_a_trusted_browser(
    a: Factory, rp: RelyingParty, ann: User, recorded: Recorded, clock: Clock
) -> None:
    """A21, T1: whoever copied it is asked for the code."""
    phone = a.phone(ann)
    owner = at_the_second_step(a, rp).submit(code=phone.code(), trust_device="yes")
    value = owner.client.get_cookie(TRUST, HOST)
    assert value is not None
    clock.advance(seconds=30)
    racers = [arrive(a, rp, **{TRUST: value.value}) for _ in range(RACERS)]

    ends = race([lambda r=r: r.submit(username=EMAIL, password=PASSWORD) for r in racers])

    assert ends == {"app": 1, "second-factor": RACERS - 1}
    assert recorded("trusted_device_used", ann) == 1


def test_one_answer_of_a_passkey(
    a: Factory, rp: RelyingParty, ann: User, recorded: Recorded
) -> None:
    """A7, A8, R25: the challenge is spent by the first."""
    device, browser = a.passkey(ann), arrive(a, rp)
    form = browser.find("form[data-passkey]")
    fields, origin = browser.fields_of(form), {"Origin": rp.issuer}
    options = browser.client.post(str(form["data-options"]), data=fields, headers=origin)
    fields["answer"] = device.sign(options.get_data(as_text=True))
    binding = browser.client.get_cookie("__Host-browser", HOST)
    assert binding is not None
    racers = [Browser(a.app.test_client(), rp.issuer) for _ in range(RACERS)]
    for racer in racers:
        racer.client.set_cookie("__Host-browser", binding.value, domain=HOST, secure=True)

    ends = race(
        [lambda r=r: r.open(str(form["action"]), method="POST", data=fields) for r in racers]
    )

    assert ends["app"] == 1, ends
    assert recorded("passkey_accepted", ann) == 1
    assert recorded("session_begun", ann) == 1


@pytest.mark.parametrize("kind", ["totp", "recovery-code"])
def test_one_code_for_a_sign_in_and_for_a_reset(
    a: Factory, rp: RelyingParty, ann: User, recorded: Recorded, kind: str
) -> None:
    """A7, A8, A18, R17: half of them sign in, half of them choose a password."""
    phone, codes, mail = a.phone(ann), a.recovery_codes(ann), Mail(a.app)
    code = phone.code() if kind == "totp" else codes[0]
    signing_in = [at_the_second_step(a, rp) for _ in range(RACERS // 2)]
    if kind == "recovery-code":
        signing_in = [window.follow("Use a recovery code") for window in signing_in]
    ask(Browser(a.app.test_client(), rp.issuer))
    (link,) = mail.links()
    choosing = [Browser(a.app.test_client(), rp.issuer).open(link) for _ in range(RACERS // 2)]
    if kind == "recovery-code":
        choosing = [form.follow("Use a recovery code") for form in choosing]

    ends = race(
        [lambda w=w: w.submit(code=code) for w in signing_in]
        + [lambda f=f: f.submit(password=NEW, code=code) for f in choosing]
    )

    assert ends["app"] + ends["enrol-totp"] + ends["password-set"] == 1, ends
    accepted = "totp_accepted" if kind == "totp" else "recovery_code_used"
    assert recorded(accepted, ann) == 1


def test_one_code_that_confirms_an_authenticator(
    a: Factory, rp: RelyingParty, ann: User, recorded: Recorded
) -> None:
    """A12, R19: nor does it confirm the next secret, which a late one of them is shown."""
    browser = Browser(a.app.test_client(), rp.issuer).open("/account/")
    browser.submit(username=EMAIL, password=PASSWORD).open("/account/totp")
    phone = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    fields = browser.fields_of(browser.find("main form")) | {"code": phone.code()}
    session = browser.client.get_cookie("__Host-session", HOST)
    assert session is not None
    racers = [Browser(a.app.test_client(), rp.issuer) for _ in range(RACERS)]
    for racer in racers:
        racer.client.set_cookie("__Host-session", session.value, domain=HOST, secure=True)

    ends = race([lambda r=r: r.open(browser.url, method="POST", data=fields) for r in racers])

    assert ends["recovery-codes"] == 1, ends
    assert recorded("totp_enrolled", ann) == 1
