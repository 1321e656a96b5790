"""Several people in one browser: who answers an app, how one chooses, what a choice is not."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from idp.accounts import disable
from idp.authentication import browser_accounts
from idp.extensions import db, transaction
from idp.models import Session, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.time_travel import Clock

LOA2 = "urn:idp:loa:2fa"
BOB = "bob@example.com"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def bob(a: Factory) -> User:
    return a.user(BOB, name="Bob Example")


@pytest.fixture
def both(browser: Browser, ann: User, bob: User) -> Browser:
    """Ann signed in, then Bob beside her."""
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    return add(browser, BOB)


def add(browser: Browser, email: str) -> Browser:
    browser.open("/account/switch").press("Add another account")
    assert browser.page == "sign-in"
    browser.submit(username=email, password=PASSWORD)
    assert (browser.page, email in browser.text) == ("account", True)
    return browser


def choose(browser: Browser, email: str) -> Browser:
    """Press the button that has this address on it."""
    button = next(one for one in browser.all("button[name=sid]") if email in one.get_text())
    return browser.press(" ".join(button.get_text(" ").split()))


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("__Host-session", "idp.example")
    assert found is not None
    return found.value


def subject(rp: RelyingParty, browser: Browser) -> dict[str, object]:
    """What the app is told about whoever answered."""
    token: str = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
    return claims(token)


def error(browser: Browser) -> str:
    return answer(browser.left_for)["error"]


class TestWhoAnswers:
    """OIDC Core §3.1.2.1 and §3.1.2.3."""

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    def test_nobody_does_before_somebody_chose(self, both, rp, ann, bob) -> None:
        both.open(rp.authorization_url())

        assert both.page == "select-account"
        assert EMAIL in both.text
        assert BOB in both.text
        choose(both, EMAIL)
        assert subject(rp, both)["sub"] == ann.sub

    @pytest.mark.spec("OIDC Core", "3.1.2.6")
    def test_without_pages_the_app_hears_that_a_choice_is_due(self, both, rp) -> None:
        both.open(rp.authorization_url(prompt="none"))

        assert error(both) == "account_selection_required"

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    @pytest.mark.parametrize("typed", [EMAIL, "ANN@Example.com"])
    def test_a_login_hint_names_one_of_them(self, both, rp, ann, typed) -> None:
        both.open(rp.authorization_url(prompt="none", login_hint=typed))

        assert subject(rp, both)["sub"] == ann.sub

    def test_a_login_hint_of_somebody_else_chooses_nobody(self, both, rp) -> None:
        both.open(rp.authorization_url(login_hint="carol@example.com"))

        assert both.page == "select-account"

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    def test_an_id_token_hint_names_one_of_them(self, both, rp, ann, bob) -> None:
        both.open(rp.authorization_url(login_hint=EMAIL))
        hint = rp.exchange(answer(both.left_for)["code"]).get_json()["id_token"]

        both.open(rp.authorization_url(prompt="none", id_token_hint=hint))

        assert subject(rp, both)["sub"] == ann.sub

    @pytest.mark.spec("OIDC Core", "5.5.1")
    def test_a_claims_request_names_one_of_them(self, both, rp, bob) -> None:
        wish = f'{{"id_token":{{"sub":{{"value":"{bob.sub}"}}}}}}'

        both.open(rp.authorization_url(prompt="none", claims=wish))

        assert subject(rp, both)["sub"] == bob.sub

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    def test_whoever_signs_in_as_somebody_else_than_hinted_is_told_so(
        self, a, both, browser, rp, ann, bob
    ) -> None:
        both.open(rp.authorization_url(login_hint=EMAIL))
        hint = rp.exchange(answer(both.left_for)["code"]).get_json()["id_token"]
        fresh = Browser(a.app.test_client(), browser.issuer)
        fresh.open(rp.authorization_url(id_token_hint=hint))
        assert "expects another account" not in fresh.text

        fresh.submit(username=bob.email.address, password=PASSWORD)

        assert fresh.page == "sign-in"
        assert "expects another account. Sign in with the one" in fresh.text
        assert fresh.submit(username=EMAIL, password=PASSWORD).left_for is not None
        given = rp.exchange(answer(fresh.left_for)["code"]).get_json()["id_token"]
        assert claims(given)["sub"] == claims(hint)["sub"]

    def test_a_pairwise_hint_names_one_of_them_too(self, a, both, ann) -> None:
        rp = a.client(trusted=True, subject_type="pairwise")
        both.open(rp.authorization_url(login_hint=EMAIL))
        hint = rp.exchange(answer(both.left_for)["code"]).get_json()["id_token"]

        both.open(rp.authorization_url(prompt="none", id_token_hint=hint))

        assert subject(rp, both)["sub"] == claims(hint)["sub"] != ann.sub

    @pytest.mark.spec("OIDC Core", "3.1.2.2")
    def test_a_hint_of_somebody_who_left_is_answered_by_nobody_else(self, both, rp, bob) -> None:
        """A59."""
        both.open(rp.authorization_url(login_hint=BOB))
        hint = rp.exchange(answer(both.left_for)["code"]).get_json()["id_token"]
        both.open("/account/").press("Sign out")

        both.open(rp.authorization_url(prompt="none", id_token_hint=hint))

        assert error(both) == "login_required"

    def test_one_account_answers_whatever_the_hint(self, browser, rp, ann) -> None:
        browser.open("/account/").submit(username=EMAIL, password=PASSWORD)

        browser.open(rp.authorization_url(login_hint="carol@example.com"))

        assert subject(rp, browser)["sub"] == ann.sub

    def test_a_disabled_account_is_not_offered(self, a, both, rp, ann) -> None:
        with a.app.app_context(), transaction():
            disable.disable(db.session.merge(ann))

        both.open(rp.authorization_url())

        assert both.left_for is not None

    def test_each_account_keeps_its_own_tokens(self, both, rp, ann, bob) -> None:
        both.open(rp.authorization_url(login_hint=EMAIL, scope="openid offline_access"))
        tokens = rp.exchange(answer(both.left_for)["code"]).get_json()

        both.open("/account/").press("Sign out")  # Bob, who was chosen last

        assert rp.userinfo(tokens["access_token"]).status_code == 200
        assert rp.refresh(tokens["refresh_token"]).status_code == 200


class TestChoosing:
    """The page."""

    def test_using_another_account_starts_with_an_empty_form(self, a, both, rp) -> None:
        carol = a.user("carol@example.com", name="Carol")

        both.open(rp.authorization_url()).press("Use another account")

        assert both.page == "sign-in"
        assert not both.find("input[name=username]").get("value")
        both.submit(username="carol@example.com", password=PASSWORD)
        assert subject(rp, both)["sub"] == carol.sub
        assert "Carol" in both.open("/account/switch").text

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    def test_a_choice_makes_no_newer_auth_time(self, both, rp, clock: Clock) -> None:
        """A58."""
        signed_in_at = int(clock.now().timestamp())
        clock.advance(minutes=7)

        both.open(rp.authorization_url(prompt="select_account"))
        choose(both, EMAIL)

        assert subject(rp, both)["auth_time"] == signed_in_at

    @pytest.mark.spec("OIDC Core", "3.1.2.1")
    @pytest.mark.parametrize("prompt", ["login select_account", "select_account login"])
    def test_with_prompt_login_the_chosen_one_types_the_password(
        self, both, rp, ann, clock: Clock, prompt
    ) -> None:
        """A58."""
        clock.advance(minutes=7)
        both.open(rp.authorization_url(prompt=prompt))
        assert both.page == "select-account"

        choose(both, EMAIL)

        assert both.page == "sign-in"
        assert "Confirm it's you" in both.text
        both.submit(password=PASSWORD)
        told = subject(rp, both)
        assert (told["sub"], told["auth_time"]) == (ann.sub, int(clock.now().timestamp()))

    def test_somebody_who_left_meanwhile_cannot_be_chosen(self, both, rp, a) -> None:
        both.open(rp.authorization_url())
        page, form = both.url, both.find("form[action$='/select-account']")
        fields = both.fields_of(form) | {"sid": str(form.find("button")["value"])}
        both.open("/account/").press("Sign out")

        both.open(page, method="POST", data=fields)

        # Ann alone is left, so she answers without being asked.
        assert both.left_for is not None or both.page == "select-account"
        assert cookie(both)

    @pytest.mark.parametrize("sid", ["", "unknown", "x" * 500])
    def test_a_made_up_account_chooses_nothing(self, both, rp, sid) -> None:
        both.open(rp.authorization_url())
        form = both.find("form[action$='/select-account']")

        both.open(str(form["action"]), method="POST", data=both.fields_of(form) | {"sid": sid})

        assert (both.status, both.page) == (200, "select-account")

    def test_not_you_offers_the_others(self, a, both, ann) -> None:
        rp = a.client()
        both.open(rp.authorization_url(login_hint=BOB))
        assert both.page == "consent"

        both.press("Not you?")

        assert both.page == "select-account"
        choose(both, EMAIL).press("Allow")
        assert subject(rp, both)["sub"] == ann.sub

    @pytest.mark.parametrize(("acr", "page"), [(LOA2, "enrol-totp"), ("phr", "enrol-passkey")])
    def test_a_factor_is_set_up_for_whom_the_page_names(self, both, rp, acr, page) -> None:
        insisting = f'{{"id_token":{{"acr":{{"essential":true,"value":"{acr}"}}}}}}'
        both.open(rp.authorization_url(claims=insisting, login_hint=EMAIL))

        named = [one.get_text() for one in both.all(".person")]
        assert (both.page, len(named), EMAIL in named[0]) == (page, 1, True)
        assert both.press("Not you?").page == "select-account"

    def test_the_list_is_bound_to_its_browser(self, a, both, rp) -> None:
        """A6: nobody else learns who uses this browser."""
        both.open(rp.authorization_url())
        stranger = Browser(a.app.test_client(), rp.issuer).open(both.url)

        assert (stranger.status, stranger.page) == (404, "expired")
        assert EMAIL not in stranger.text


class TestSwitching:
    """The account's pages."""

    def test_they_are_about_whoever_was_chosen_last(self, both) -> None:
        assert BOB in both.open("/account/").find("header").get_text()

        choose(both.follow(BOB), EMAIL)

        assert both.page == "account"
        header = both.find("header").get_text()
        assert (EMAIL in header, BOB in header) == (True, False)

    def test_a_switch_changes_the_cookie_and_kills_the_old_value(self, a, both) -> None:
        """R41."""
        before = cookie(both)

        choose(both.open("/account/switch"), EMAIL)

        assert cookie(both) != before
        old = Browser(a.app.test_client(), both.issuer)
        old.client.set_cookie("__Host-session", before, domain="idp.example", secure=True)
        assert old.open("/account/").page == "sign-in"

    def test_joining_kills_the_value_that_the_first_one_had(self, a, browser, ann, bob) -> None:
        """A5, R41."""
        browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
        before = cookie(browser)
        add(browser, BOB)

        old = Browser(a.app.test_client(), browser.issuer)
        old.client.set_cookie("__Host-session", before, domain="idp.example", secure=True)

        assert old.open("/account/").page == "sign-in"

    def test_a_form_of_one_account_does_nothing_as_another(self, both) -> None:
        both.open("/account/")
        form = both.find("form[action$='/account/sign-out']")
        fields = both.fields_of(form)
        choose(both.open("/account/switch"), EMAIL)

        both.open("/account/sign-out", method="POST", data=fields)

        assert both.status == 403
        assert EMAIL in both.open("/account/").text

    def test_signing_in_again_is_one_account_still(self, a, both) -> None:
        both.open("/account/switch").press("Add another account")
        both.submit(username=BOB, password=PASSWORD)

        assert len(both.open("/account/switch").all("button[name=sid]")) == 3
        with a.app.app_context():
            assert db.session.query(Session).filter_by(ended_at=None).count() == 2

    def test_whoever_was_chosen_longest_ago_makes_room_for_a_sixth(self, a, both) -> None:
        choose(both.open("/account/switch"), EMAIL)
        for name in ("carol", "dave", "eve", "frank"):
            a.user(f"{name}@example.com", name=name.title())
            add(both, f"{name}@example.com")

        text = both.open("/account/switch").text

        assert len(both.all("button[name=sid]")) == browser_accounts.MOST + 1
        assert BOB not in text
        assert EMAIL in text


class TestTabs:
    """What is answered is what was read."""

    def test_a_consent_page_says_yes_for_nobody_else(self, a, browser, ann, bob) -> None:
        rp = a.client()
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
        other = a.client(client_name="Albums")
        browser.open(other.authorization_url())
        page, form = browser.url, browser.find("form[action$='/consent']")
        fields = browser.fields_of(form) | {"decision": "allow"}
        browser.open("/account/").press("Sign out")
        browser.open("/account/").submit(username=BOB, password=PASSWORD)

        browser.open(page, method="POST", data=fields)

        assert (browser.left_for, browser.page) == (None, "consent")
        assert BOB in browser.text

    def test_a_consent_page_waits_while_somebody_joins(self, a, browser, ann, bob) -> None:
        rp = a.client()
        browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
        browser.open(rp.authorization_url())
        page, form = browser.url, browser.find("form[action$='/consent']")
        fields = browser.fields_of(form) | {"decision": "allow"}
        add(browser, BOB)

        browser.open(page, method="POST", data=fields)

        assert (browser.left_for, browser.page) == (None, "select-account")

    def test_two_apps_in_two_tabs_get_two_people(self, a, both, rp, ann, bob) -> None:
        albums = a.client(trusted=True, client_name="Albums")
        first = both.open(rp.authorization_url()).url
        second = both.open(albums.authorization_url()).url

        choose(both.open(first), EMAIL)
        assert subject(rp, both)["sub"] == ann.sub
        choose(both.open(second), BOB)
        assert subject(albums, both)["sub"] == bob.sub

    def test_leaving_in_another_tab_ends_what_was_proven_in_this_one(self, a, browser, ann) -> None:
        rp = a.client()
        page = browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).url
        browser.open("/account/").press("Sign out")

        browser.open(page)

        assert (browser.page, browser.status) == ("sign-in", 200)
        browser.submit(password=PASSWORD).press("Allow")
        assert subject(rp, browser)["sub"] == ann.sub


class TestLeaving:
    """One account leaves, the others stay; the page says so."""

    AFTER = "https://app.example/bye"

    @pytest.fixture
    def rp(self, a: Factory) -> RelyingParty:
        return a.client(trusted=True, post_logout_redirect_uris=[self.AFTER])

    def hint(self, browser: Browser, rp: RelyingParty, email: str) -> str:
        browser.open(rp.authorization_url(login_hint=email))
        token: str = rp.exchange(answer(browser.left_for)["code"]).get_json()["id_token"]
        return token

    def stays(self, browser: Browser, rp: RelyingParty, email: str) -> bool:
        browser.open("/account/switch")
        return browser.page == "switch-account" and email in browser.text

    @pytest.mark.spec("RP-Initiated Logout", "2")
    @pytest.mark.parametrize(("leaving", "staying"), [(EMAIL, BOB), (BOB, EMAIL)])
    def test_a_hint_ends_the_session_that_it_names(self, both, rp, leaving, staying) -> None:
        query = urlencode({"id_token_hint": self.hint(both, rp, leaving)})
        before = cookie(both)

        both.open(f"/logout?{query}&post_logout_redirect_uri={self.AFTER}")

        assert both.left_for == self.AFTER
        assert not self.stays(both, rp, leaving)
        assert self.stays(both, rp, staying)
        assert cookie(both) != before

    @pytest.mark.spec("RP-Initiated Logout", "2")
    def test_without_a_hint_the_page_asks_which(self, both, rp) -> None:
        both.open("/logout")
        assert both.page == "sign-out"
        one = next(label for label in both.all("label") if BOB in label.get_text())

        both.fill(account=str(one.find("input")["value"])).press("Sign out")

        assert both.page == "signed-out"
        assert "Still signed in on this device" in both.text
        assert EMAIL in both.text
        assert not self.stays(both, rp, BOB)
        assert self.stays(both, rp, EMAIL)

    @pytest.mark.parametrize("told", [{"account": "all"}, {}])
    def test_all_accounts_leave_together(self, both, told) -> None:
        both.open("/logout").fill(**told).press("Sign out")

        assert both.page == "signed-out"
        assert "Still signed in" not in both.text
        assert both.client.get_cookie("__Host-session", "idp.example") is None
        assert both.open("/account/").page == "sign-in"

    def test_an_unknown_account_ends_nobodys_session(self, both, rp) -> None:
        both.open("/logout").fill(account="unknown").press("Sign out")

        assert self.stays(both, rp, EMAIL)
        assert self.stays(both, rp, BOB)

    def test_the_button_of_the_account_ends_that_account(self, both, rp) -> None:
        both.open("/account/").press("Sign out")

        assert both.page == "signed-out"
        assert EMAIL in both.text
        assert BOB not in both.text
        assert self.stays(both, rp, EMAIL)

    def test_everybody_leaves_at_once(self, both) -> None:
        both.open("/account/switch").press("Sign out of all accounts")

        assert both.page == "signed-out"
        assert both.open("/account/").page == "sign-in"


class TestFactors:
    """A3-A6: what one account proved is worth nothing for another."""

    def test_a_password_typed_for_one_proves_nothing_for_the_chosen_one(
        self, a, both, rp, clock: Clock
    ) -> None:
        """A3: proven half-way as Carol, then chosen: Ann."""
        clock.advance(minutes=1)
        a.phone(a.user("carol@example.com", name="Carol"))
        both.open(rp.authorization_url(prompt="login select_account")).press("Use another account")
        both.submit(username="carol@example.com", password=PASSWORD)
        assert both.page == "second-factor"

        choose(both.press("Not you?"), EMAIL)

        assert both.page == "sign-in"
        assert EMAIL in both.text

    def test_a_code_of_one_is_no_code_of_the_other(self, a, both, ann, bob) -> None:
        """A3."""
        strict = a.client(trusted=True, min_acr="urn:idp:loa:2fa")
        ann_phone, bob_phone = a.phone(ann), a.phone(bob)
        both.open(strict.authorization_url(login_hint=EMAIL))
        assert both.page == "second-factor"

        both.submit(code=bob_phone.code())

        assert (both.status, both.page) == (422, "second-factor")
        both.submit(code=ann_phone.code())
        told = subject(strict, both)
        assert (told["sub"], told["amr"]) == (ann.sub, ["pwd", "otp", "mfa"])

    def test_the_level_of_one_is_not_the_level_of_the_other(self, a, both, rp, ann, bob) -> None:
        strict = a.client(trusted=True, min_acr="urn:idp:loa:2fa")
        phone = a.phone(ann)
        both.open(strict.authorization_url(login_hint=EMAIL)).submit(code=phone.code())

        both.open(rp.authorization_url(login_hint=BOB))

        told = subject(rp, both)
        assert (told["sub"], told["amr"]) == (bob.sub, ["pwd"])

    def test_a_half_proven_account_is_in_no_list(self, a, both) -> None:
        """A1."""
        a.phone(a.user("carol@example.com", name="Carol"))
        both.open("/account/switch").press("Add another account")
        both.submit(username="carol@example.com", password=PASSWORD)
        assert both.page == "second-factor"

        both.open("/account/switch")

        assert "carol@example.com" not in both.text

    def test_a_cookie_that_comes_twice_is_believed_in_neither_place(self, a, both) -> None:
        """A71."""
        header = f"__Host-session={cookie(both)}; __Host-session=other"

        tossed = a.app.test_client(use_cookies=False)
        response = tossed.get("/account/switch", headers={"Cookie": header})

        assert response.status_code == 400
