"""Passkeys cannot be replayed, borrowed, forged, or asked who has one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp.accounts import disable
from idp.extensions import db, transaction
from idp.models import PasskeyChallenge, User
from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock

Recorded = Callable[[str, User], int]


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def device(a: Factory, ann: User) -> Authenticator:
    return a.passkey(ann)


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user("bob@example.com", name="Bob")


@pytest.fixture
def window(a: Factory, rp: RelyingParty) -> Callable[[], Browser]:
    """A browser on the sign-in page of a request of its own."""
    return lambda: Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())


def options_of(window: Browser, **fields: str) -> tuple[int, str]:
    """What a script gets that asks for a challenge on the page in hand."""
    response = window.client.post(
        str(window.find("form[data-passkey]")["data-options"]),
        data=window.fields_of(window.find("form[data-passkey]")) | fields,
        headers={"Origin": window.issuer},
        base_url=window.issuer,
    )
    return response.status_code, response.get_data(as_text=True)


def send(window: Browser, answer: str) -> Browser:
    form = window.find("form[data-passkey]")
    data = window.fields_of(form) | {"answer": answer}
    return window.open(str(form["action"]), method="POST", data=data)


def test_an_answer_signs_in_one_browser_once(
    window: Callable[[], Browser], device: Authenticator, ann: User, recorded: Recorded
) -> None:
    """A7 for passkeys: the same answer again, and in somebody else's request."""
    mine, theirs = window(), window()
    answer = device.sign(options_of(mine)[1])
    options_of(theirs)

    assert send(theirs, answer).status == 422
    assert send(mine, answer).left_for is not None
    assert recorded("passkey_rejected", ann) == 1
    assert recorded("passkey_accepted", ann) == 1


def test_the_first_factor_of_one_user_takes_no_passkey_of_another(
    a: Factory, window: Callable[[], Browser], device: Authenticator, bob: User, recorded: Recorded
) -> None:
    """A3: Bob's password, then Ann's passkey, on purpose or by a shared device."""
    a.passkey(bob)
    browser = window().submit(username="bob@example.com", password=PASSWORD)
    assert browser.page == "second-factor"

    answer = device.sign(options_of(browser)[1], next(iter(device.keys)))
    send(browser, answer)

    assert (browser.status, browser.page) == (422, "second-factor")
    assert "bob@example.com" in browser.text


def test_the_browsers_binding_changes_with_the_proof(
    window: Callable[[], Browser], device: Authenticator
) -> None:
    """A5, R41."""
    browser = window()
    before = browser.client.get_cookie("__Host-browser", "idp.example").value

    show(device, browser)

    assert browser.client.get_cookie("__Host-browser", "idp.example").value != before


def test_another_browser_gets_no_challenge_for_this_request(
    a: Factory, window: Callable[[], Browser], device: Authenticator
) -> None:
    """A6."""
    mine, thief = window(), window()
    form = mine.find("form[data-passkey]")

    for path in (str(form["data-options"]), str(form["action"])):
        assert thief.open(path, method="POST", data=mine.fields_of(form)).status == 404


def test_a_foreign_page_gets_no_challenge(a: Factory, window: Callable[[], Browser]) -> None:
    """A61: and none is made."""
    browser = window()

    assert options_of(browser, csrf_token="guessed")[0] == 403

    with a.app.app_context():
        assert db.session.query(PasskeyChallenge).count() == 0


def test_a_get_makes_no_challenge(
    a: Factory, window: Callable[[], Browser], device: Authenticator
) -> None:
    """R87: a reload in another tab spoils nothing."""
    browser = window()
    answer = device.sign(options_of(browser)[1])

    browser.reload()

    assert send(browser, answer).left_for is not None


def test_no_refusal_tells_who_has_a_passkey(
    a: Factory,
    window: Callable[[], Browser],
    device: Authenticator,
    ann: User,
    bob: User,
) -> None:
    """A31: unknown key, bad signature, disabled account, another origin."""
    theirs, stranger = a.passkey(bob), Authenticator(device.origin)
    with a.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, bob.id))
    stranger.keys = {"c3RyYW5nZXI": next(iter(device.keys.values()))}
    liar = Authenticator("https://evil.example", keys=device.keys)

    def refusal(sign: Callable[[str], str]) -> tuple[int, str]:
        browser = window()
        send(browser, sign(options_of(browser)[1]))
        return browser.status, browser.text

    answers = {
        refusal(stranger.sign),
        refusal(theirs.sign),
        refusal(liar.sign),
        refusal(lambda options: device.sign(options, signature=b"forged")),
        refusal(lambda options: device.sign(options, userHandle=b"somebody else")),
        refusal(lambda _options: "{}"),
    }

    assert len(answers) == 1
    assert "That passkey didn't work." in answers.pop()[1]


def test_a_typed_name_brings_no_list_of_passkeys(
    window: Callable[[], Browser], device: Authenticator
) -> None:
    """R25, A31: also after a wrong password for it."""
    browser = window().submit(username=EMAIL, password="wrong")

    assert '"allowCredentials": []' in options_of(browser)[1]


def test_a_copied_passkey_is_told_to_the_operator(
    window: Callable[[], Browser], device: Authenticator, ann: User, recorded: Recorded
) -> None:
    """R25: the copy counts on from an older number."""
    device.counts = True
    assert show(device, window()).left_for is not None
    (key,) = device.keys.values()
    key.counter -= 1

    assert show(device, window()).status == 422

    assert recorded("passkey_counter_alert", ann) == 1


def test_a_password_waits_five_minutes_for_the_passkey(
    window: Callable[[], Browser], device: Authenticator, clock: Clock
) -> None:
    """R43."""
    browser = window().submit(username=EMAIL, password=PASSWORD)
    clock.advance(minutes=6)

    assert browser.reload().page == "sign-in"


@pytest.mark.parametrize("answer", ["", "[]", "{", "x" * 20_000, "[" * 20_000, '{"id": 1e999}'])
def test_nonsense_is_a_wrong_answer(window: Callable[[], Browser], answer: str) -> None:
    """R89."""
    browser = window()
    options_of(browser)

    assert send(browser, answer).status == 422
