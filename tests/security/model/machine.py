"""Two people, two browsers, every page and link in any order, with whatever lies around.

Ann has a second factor. Mallory has an account, knows Ann's password, has everything that Ann's
browser has used up (addresses, forms, codes, links, cookies), and may lure Ann's browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from idp import opaque
from tests.security.model.other_lives import Lives
from tests.security.model.people import How
from tests.security.model.story import SCOPE, TWO
from tests.security.model.witness import BINDING, SESSION, TRUST
from tests.support.relying_party import claims

T = TypeVar("T")
REQUESTS: list[dict[str, Any]] = [
    {},
    {"acr_values": TWO},
    {"prompt": "login"},
    {"max_age": 60, "acr_values": TWO},
    {"prompt": "select_account"},
    {"prompt": "none"},
]
PAGES = (
    "/account/totp",
    "/account/security",
    "/account/totp",
    "/account/",
    "/account/passkeys",
    "/account/recovery-codes/new",
    "/account/password",
    "/account/sessions",
    "/account/switch",
    "/account/email",
    "/password-reset",
    "/reset",
)
SENSITIVE = ("/account/password", "/account/totp", "/account/recovery-codes/new")

people = st.sampled_from(["ann", "mallory"])
hows = st.sampled_from([How.HONESTLY] * 6 + list(How))
requests = st.sampled_from(REQUESTS)
far = st.sampled_from([6, 6, 2, 1, 0])
"""How many pages are answered before somebody turns to something else."""


def newest_first(data: st.DataObject, things: Sequence[T]) -> T:
    """One of them; what was seen last comes up most."""
    return things[-1 - data.draw(st.integers(0, len(things) - 1))]


class People(Lives):
    """What they do."""

    # --- what anybody does --------------------------------------------------------------------

    @rule(who=people, app=st.sampled_from([1, 0]), request=requests, far=far, how=hows)
    def an_app_asks(self, who: str, app: int, request: dict[str, Any], far: int, how: How) -> None:
        self._open(who, self.apps[app].authorization_url(**SCOPE, **request))
        self._go_on(who, how, far)

    @rule(who=people, page=st.sampled_from(PAGES), far=far, how=hows)
    def goes_somewhere(self, who: str, page: str, far: int, how: How) -> None:
        self._open(who, page)
        self._go_on(who, how, far)

    @rule(who=people, page=st.sampled_from(SENSITIVE), minutes=st.sampled_from([6, 16, 40]))
    def comes_back_later(self, who: str, page: str, minutes: int) -> None:
        """Still signed in, and asked again before anything is changed."""
        self.world.clock.advance(minutes=minutes)
        self._open(who, page)
        self._go_on(who, How.HONESTLY, 6)

    @rule(who=people, far=far, how=hows)
    def goes_on(self, who: str, far: int, how: How) -> None:
        """Do what the page in hand asks for."""
        self._go_on(who, how, max(far, 1))

    @rule(who=people, how=hows)
    def uses_a_recovery_code(self, who: str, how: How) -> None:
        """Where the page offers it: at sign-in, in a step-up, for a reset."""
        ways = [url for url in self.hands[who].links() if url.endswith("recovery-code")]
        if ways:
            self._open(who, ways[0])
            self._go_on(who, how)

    @rule(who=people)
    def shows_a_passkey(self, who: str) -> None:
        """Also one that is not asked for, and one that belongs to somebody else."""
        hands = self.hands[who]
        if forms := hands.window.all("form[data-passkey]"):
            hands.use_passkey(forms[0])
            self._come_back(who)

    @rule(who=people, data=st.data(), how=hows)
    def presses_anything(self, who: str, data: st.DataObject, how: How) -> None:
        hands = self.hands[who]
        if buttons := hands.buttons():
            hands.press(newest_first(data, buttons), how)
            self._come_back(who)

    @rule(who=people, data=st.data())
    def follows_anything(self, who: str, data: st.DataObject) -> None:
        if links := self.hands[who].links():
            self._open(who, newest_first(data, links))

    @rule(seconds=st.sampled_from([1, 31, 61, 301, 901, 3601]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)

    # --- handles that are stale, foreign or repeated -------------------------------------------

    @rule(who=people, data=st.data())
    def opens_an_address_again(self, who: str, data: st.DataObject) -> None:
        """One's own, or one that the other's browser has been at."""
        person = self.hands[who].person
        urls = [url for by, url in self.journal.urls if by is person or self._is_known(url)]
        if urls:
            self._open(who, data.draw(st.sampled_from(urls)))

    @rule(who=people, data=st.data(), with_a_token_of_now=st.booleans(), how=hows)
    def sends_a_form_again(
        self, who: str, data: st.DataObject, how: How, *, with_a_token_of_now: bool
    ) -> None:
        """As it was; or with what one knows, and the token of the page in hand."""
        hands = self.hands[who]
        posts = [one for one in self.journal.posts if one.by is hands.person or who == "mallory"]
        if not posts:
            return
        old = newest_first(data, posts)
        fields = self._without_what_still_works(old, hands.person)
        if with_a_token_of_now and (tokens := hands.window.all("input[name=csrf_token]")):
            fields["csrf_token"] = str(tokens[0]["value"])
            if form := tokens[0].find_parent("form"):
                refilled = hands.fill(form, how)
                fields |= {name: value for name, value in refilled.items() if name in fields}
        self._open(who, old.url, method="POST", data=fields)

    @rule(data=st.data())
    def mallory_brings_a_cookie_from_before(self, data: st.DataObject) -> None:
        """Her own of any time; Ann's, when Ann's browser has another one by now."""
        ann, mallory = self.hands["ann"].window, self.hands["mallory"].window
        old = [
            (name, value)
            for by, name, value in self.journal.cookies
            if by is mallory.owner
            or (name in {SESSION, BINDING, TRUST} and value != ann.cookie(name))
        ]
        if not old:
            return
        name, value = newest_first(data, old)
        if name == SESSION:
            mallory.owner.keyrings.add(opaque.digest(value))
        mallory.plant(name, value)
        self._open("mallory", mallory.url)

    @rule()
    def mallory_fixes_anns_browser(self) -> None:
        """A5: both now hold the value that interactions are bound to."""
        ann, mallory = self.hands["ann"].window, self.hands["mallory"].window
        if value := mallory.cookie(BINDING):
            ann.plant(BINDING, value)
            self._open("ann", mallory.url if self._is_known(mallory.url) else "/account/")

    @precondition(lambda self: self.journal.posts)
    @rule(data=st.data())
    def ann_is_lured_into_sending_a_form(self, data: st.DataObject) -> None:
        """A61, A62: by a page of Mallory's."""
        old, window = newest_first(data, self.journal.posts), self.hands["ann"].window
        proofs = len(self.books.proven)
        window.from_elsewhere = True
        window.open(old.url, method="POST", data=old.fields)
        assert len(self.books.proven) == proofs
        assert 400 <= window.status < 500

    # --- mail ----------------------------------------------------------------------------------

    @rule(who=people, email_of=people, how=hows)
    def asks_for_a_reset(self, who: str, email_of: str, how: How) -> None:
        window = self._open(who, "/password-reset")
        if window.page == "password-reset":
            window.submit(email=self.hands[email_of].account.email)
        if who == email_of:
            self._mail_comes()
            self._open_newest(who, "/reset/", how)

    @rule(who=people, data=st.data(), far=far, how=hows)
    def opens_mail(self, who: str, data: st.DataObject, far: int, how: How) -> None:
        """One's own, of any age; Mallory also the links of Ann's that are used up."""
        self._mail_comes()
        links = list(self.hands[who].person.links)
        if who == "mallory":
            links += [link for link in self.hands["ann"].person.links if self._is_known(link)]
        if links:
            self._open_link(who, newest_first(data, links))
            self._go_on(who, how, far)

    # --- apps ----------------------------------------------------------------------------------

    @precondition(lambda self: self.used_codes)
    @rule(data=st.data())
    def an_app_redeems_a_code_again(self, data: st.DataObject) -> None:
        app, code = newest_first(data, self.used_codes)
        assert app.exchange(code).get_json()["error"] == "invalid_grant"
        self.books.settle()

    @precondition(lambda self: self.refreshable)
    @rule(data=st.data())
    def an_app_refreshes(self, data: st.DataObject) -> None:
        person, app, token, before = newest_first(data, self.refreshable)
        response = app.refresh(token)
        assert response.status_code in {200, 400}
        if response.status_code == 200:
            after = claims(response.get_json()["id_token"])
            for name in ("acr", "amr", "auth_time", "sub", "aud", "iss"):
                assert after.get(name) == before.get(name), name
            self.books.says_what_was_proven(person, after)
        self.books.settle()
