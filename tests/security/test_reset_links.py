"""A15, A16, A17, A44, A45, A46: links of a reset; what ends them, whose they are, what they end."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from idp.accounts import disable, mailed_link
from idp.accounts.mailed_link import Purpose
from idp.extensions import db, transaction
from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty, answer
from tests.support.resets import NEW, Mail, ask, signs_in


@pytest.fixture
def overrides():
    return {"database_pool_size": 80}


@pytest.fixture
def mail(app) -> Mail:
    return Mail(app)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def link(ann: User, browser: Browser, mail: Mail) -> str:
    ask(browser)
    return mail.links()[-1]


def test_a_mail_scanner_spends_nothing(browser: Browser, link: str) -> None:
    """A46, R52."""
    for _scan in range(10):
        assert browser.client.get(urlsplit(link).path).status_code == 303

    assert browser.open(link).submit(password=NEW).page == "password-set"


def test_the_redirect_carries_no_token_and_no_referrer(browser: Browser, link: str) -> None:
    """R52."""
    response = browser.client.get(urlsplit(link).path)

    assert response.headers["Location"] == "/reset"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-link-reset-password=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))


def test_a_link_lives_half_an_hour(browser: Browser, link: str, clock) -> None:
    """R50."""
    browser.open(link)
    clock.advance(minutes=30, seconds=1)

    assert browser.submit(password=NEW).status == 410
    assert browser.open(link).status == 410


def test_a_newer_link_ends_the_older_one(browser: Browser, link: str, mail: Mail) -> None:
    """R50, A45."""
    ask(browser)
    newer = mail.links()[-1]

    assert browser.open(link).status == 410
    assert browser.open(newer).page == "reset"


def test_a_complete_sign_in_ends_the_link(a: Factory, browser: Browser, link: str) -> None:
    """R50, A45."""
    assert signs_in(a, browser, PASSWORD)

    assert browser.open(link).status == 410


def test_a_password_without_its_second_factor_is_no_sign_in(a, ann, browser, mail) -> None:
    """Who has stolen a password cannot keep its owner from replacing it."""
    a.phone(ann)
    ask(browser)
    thief = Browser(a.app.test_client(), browser.issuer)
    thief.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert thief.page == "second-factor"

    assert browser.open(mail.links()[0]).page == "reset"


def test_a_used_link_is_dead(a: Factory, browser: Browser, link: str) -> None:
    """A45."""
    browser.open(link).submit(password=NEW)

    assert browser.open(link).status == 410
    assert browser.open("/reset").status == 410


@pytest.mark.parametrize("guess", ["x" * 43, "a", "%20", "%f0%9f%98%80", "..%2f", "x" * 4000])
def test_a_guessed_link_is_none(browser: Browser, ann: User, guess: str) -> None:
    """A45."""
    assert browser.open(f"/reset/{guess}").status in {404, 410}


def test_a_link_for_something_else_resets_nothing(a, ann, browser: Browser) -> None:
    """A17."""
    with a.app.app_context(), transaction():
        token = mailed_link.issue(Purpose.VERIFY_ADDRESS, user_id=ann.id, address=EMAIL)

    assert browser.open(f"/reset/{token}").status == 410


def test_without_the_link_there_is_no_form(a: Factory, ann: User, browser: Browser) -> None:
    """A15."""
    assert browser.open("/reset").status == 410
    browser.open("/password-reset")
    token = str(browser.find("input[name=csrf_token]")["value"])

    fields = {"csrf_token": token, "password": NEW, "link": "x", "username": EMAIL}
    browser.open("/reset", method="POST", data=fields)

    assert browser.status == 410
    assert signs_in(a, browser, PASSWORD)


def test_only_the_links_own_row_says_whose_password_it_is(a, ann, browser, mail) -> None:
    """A16."""
    mallory = a.user("mallory@example.com", name="Mallory")
    ask(browser, "mallory@example.com")
    browser.open(mail.links()[0])
    form = browser.find("main form")
    names = ("user_id", "username", "email", "sub", "id", "user")
    foreign = dict.fromkeys(names, ann.id) | {"username": EMAIL, "email": EMAIL}

    fields = browser.fields_of(form) | foreign | {"password": NEW}
    browser.open(f"{form['action']}?user_id={ann.id}&email={EMAIL}", method="POST", data=fields)

    assert browser.page == "password-set"
    assert signs_in(a, browser, PASSWORD)
    fresh = Browser(a.app.test_client(), browser.issuer)
    fresh.open("/account/").submit(username="mallory@example.com", password=NEW)
    assert fresh.page == "account"
    assert mallory.id != ann.id


def test_a_disabled_account_cannot_be_opened_by_an_older_link(a, ann, browser, link) -> None:
    with a.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, ann.id))

    assert browser.open(link).status == 410


def test_sessions_and_tokens_end_with_the_old_password(a: Factory, ann, browser) -> None:
    """R48."""
    rp: RelyingParty = a.client()
    other = Browser(a.app.test_client(), browser.issuer)
    other.open(rp.authorization_url(scope="openid offline_access", prompt="consent"))
    other.submit(username=EMAIL, password=PASSWORD).press("Allow")
    tokens = rp.exchange(answer(other.left_for)["code"]).get_json()
    with a.app.app_context(), transaction():
        fresh_link = "/reset/" + mailed_link.issue(Purpose.RESET_PASSWORD, user_id=ann.id)

    browser.open(fresh_link).submit(password=NEW)

    assert browser.page == "password-set"
    assert other.open("/account/").page == "sign-in"
    assert rp.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_a_half_finished_sign_in_with_the_old_password_ends(a, ann, browser, mail) -> None:
    """Whoever had the old password and waits for a code starts again."""
    phone = a.phone(ann)
    thief = Browser(a.app.test_client(), browser.issuer)
    thief.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert thief.page == "second-factor"
    ask(browser)
    browser.open(mail.links()[0]).submit(password=NEW, code=phone.code())

    thief.submit(code=phone.code(1))

    assert thief.page == "sign-in"


def test_a_reset_is_mailed_to_the_owner(a: Factory, browser: Browser, link: str, mail) -> None:
    """R97."""
    browser.open(link).submit(password=NEW)

    mail.links()
    assert [recipient for recipient, _link in mail.read] == [EMAIL]


def test_of_64_uses_at_once_one_sets_the_password(a: Factory, ann: User, link: str) -> None:
    """A17, A45, T1."""
    forms = []
    for _racer in range(64):
        racer = Browser(a.app.test_client(), "https://idp.example")
        forms.append(racer.open(link))
    waiting = list(enumerate(forms))

    def send() -> tuple[int, str]:
        number, racer = waiting.pop()
        chosen = f"{NEW} number {number}"
        racer.submit(password=chosen)
        return racer.status, chosen

    outcomes = at_once(64, send)

    winners = [chosen for status, chosen in outcomes if status == 200]
    assert len(winners) == 1
    assert {status for status, _chosen in outcomes} <= {200, 410, 503}
    assert signs_in(a, forms[0], winners[0])


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
def test_headers_do_not_move_the_link(a: Factory, ann: User, mail: Mail, header: str) -> None:
    """A44, R51."""
    client = a.app.test_client()
    client.environ_base[f"HTTP_{header.upper().replace('-', '_')}"] = "evil.example"

    ask(Browser(client, "https://idp.example"))

    (link,) = mail.links()
    assert link.startswith("https://idp.example/reset/")


@pytest.mark.parametrize("host", ["evil.example", "idp.example.evil.example", "idp.example:8443"])
def test_a_foreign_host_gets_no_mail_sent(a: Factory, ann: User, mail: Mail, host: str) -> None:
    """A44, R51."""
    response = a.app.test_client().post(
        "/password-reset", data={"email": EMAIL}, base_url=f"https://{host}"
    )

    assert response.status_code == 400
    assert mail.links() == []
