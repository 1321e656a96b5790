"""Rules about whole accounts: another one in the same browser, one that is made, closed, disabled,
and one whose second factors administrators reset.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp import clock as time
from idp.accounts import administered, factor_reset
from idp.accounts.outcome import Outcome
from idp.authentication import password
from idp.extensions import db, transaction
from idp.jobs import settle_factor_resets
from idp.models import Role, User
from tests.security.model.people import Account, How
from tests.security.model.story import SCOPE, Story

people = st.sampled_from(["ann", "mallory"])
hows = st.sampled_from([How.HONESTLY] * 3 + [How.AS_ANN, How.WITH_A_WRONG_CODE])
ADMINISTRATOR, SECOND = "administrator@example.com", "user:second-administrator"


class Lives(Story):
    """The rules; those of everyday life are in `machine.People`."""

    # --- several accounts in one browser -------------------------------------------------------

    @rule(who=people, how=hows, far=st.sampled_from([6, 6, 1]))
    def adds_another_account_to_the_browser(self, who: str, how: How, far: int) -> None:
        self.hands[who].person.turn += 1
        window = self._open(who, "/account/switch")
        if other := window.all("button[name=sid][value=other]"):
            self.hands[who].press(other[0], How.HONESTLY)
            self._go_on(who, how, far)
            self._open(who, self.apps[0].authorization_url(**SCOPE, prompt="select_account"))
            self._go_on(who, how, far)

    @rule(who=people, data=st.data())
    def turns_to_another_account(self, who: str, data: st.DataObject) -> None:
        """On the page for it, or where an app makes one choose."""
        window, hands = self.hands[who].window, self.hands[who]
        hands.person.turn += 1
        if window.page != "select-account":
            self._open(who, "/account/switch")
        if cards := window.all("button[name=sid]"):
            hands.press(data.draw(st.sampled_from(cards)), How.HONESTLY)
            self._come_back(who)
            self._go_on(who, How.HONESTLY, 6)

    # --- the first day and the last ------------------------------------------------------------

    @rule(who=people, email_of=people, which=st.sampled_from([1, 1, 0]))
    def asks_for_an_account(self, who: str, email_of: str, which: int) -> None:
        """Also in another's name: the mail goes to whose address it is."""
        window = self._open(who, "/create-account")
        if window.page == "create-account":
            window.submit(email=self.hands[email_of].person.emails[which])
        if who == email_of:
            self._mail_comes()
            self._open_newest(who, "/create-account/link/")

    @rule(who=people, data=st.data(), is_meant=st.sampled_from([True, True, True, False]))
    def closes_the_account(self, who: str, data: st.DataObject, *, is_meant: bool) -> None:
        """After an hour in which nothing was tried, so that nothing is in the way of a farewell."""
        hands, account = self.hands[who], self._some_account(who, data)
        if account is None or not self._may_spare(account):
            return
        self.world.clock.advance(hours=1, seconds=1)
        hands.person.turn = hands.person.accounts.index(account)
        self._open(who, "/account/close")
        if hands.window.page != "close-account":
            self._go_on(who, How.HONESTLY, 6)
        if hands.window.page == "close-account" and self._may_spare(hands.account):
            email = hands.account.email if is_meant else "somebody@example.com"
            hands.window.submit(email=email)

    # --- administrators ------------------------------------------------------------------------

    @rule(who=people, data=st.data())
    def is_disabled_or_enabled(self, who: str, data: st.DataObject) -> None:
        account = self._some_account(who, data)
        if account is None:
            return
        act = administered.enable_user if account.is_disabled else administered.disable_user
        self._administer(account, lambda user: act(user, reason="seen to"))
        account.is_disabled = not account.is_disabled
        self.reached["an account was disabled"] += account.is_disabled
        self.books.settle()
        self._tries_to_sign_in(account)

    @rule(who=people, data=st.data())
    def is_signed_out_everywhere(self, who: str, data: st.DataObject) -> None:
        if account := self._some_account(who, data):
            out = administered.sign_out_user
            self._administer(account, lambda user: out(user, reason="asked for"))
            self.books.settle()
            sessions = self.books.before.sessions.values()
            mine = [one for one in sessions if one.user_id == account.user_id]
            assert all(one.ended_at for one in mine)

    @rule(
        who=st.sampled_from(["ann", "ann", "mallory"]),
        data=st.data(),
        settled=st.sampled_from(["by another", "by another", "by the same", "by time", "not"]),
        then=st.sampled_from(["the owner", "the owner", "mallory", "nobody"]),
    )
    def second_factors_are_reset(
        self, who: str, data: st.DataObject, settled: str, then: str
    ) -> None:
        """Begun by one administrator; a second one, or time, puts it in effect (R56)."""
        account, first = self._some_account(who, data), self._first_administrator()
        if account is None:
            return
        start = factor_reset.start
        self._administer(account, lambda user: start(user, by=first, reason="lost"))
        if settled.startswith("by a"):
            self._approve(account, SECOND)
        elif settled == "by the same":
            assert self._approve(account, first) is not Outcome.DONE
        elif settled == "by time":
            self.world.clock.advance(hours=25)
            with self.world.app.app_context():
                settle_factor_resets.run(time.now())
        self._mail_comes()
        if then == "the owner":
            account.owner.turn = account.owner.accounts.index(account)
            self._open_newest(who, "/replace-factors/")
        elif then == "mallory":
            self._open("mallory", self.apps[1].authorization_url(**SCOPE, prompt="login"))
            self._go_on("mallory", How.AS_ANN, 4)

    @rule(who=people, data=st.data())
    def a_reset_is_called_off(self, who: str, data: st.DataObject) -> None:
        if account := self._some_account(who, data):
            cancel = factor_reset.cancel
            self._administer(account, lambda user: cancel(user, reason="found"))
            self.books.settle()

    @rule(who=people, which=st.sampled_from(["/replace-factors/", "/cancel-reset/"]), how=hows)
    def opens_the_mail_about_a_reset(self, who: str, which: str, how: How) -> None:
        self._open_newest(who, which, how)

    # --- the parts -----------------------------------------------------------------------------

    def _approve(self, account: Account, by: str) -> Outcome:
        approve = factor_reset.approve
        return self._administer(account, lambda user: approve(user, by=by, reason="seen"))

    def _may_spare(self, account: Account) -> bool:
        """Who is disabled cannot leave; Ann keeps one, so that there is something to want."""
        left = [one for one in account.owner.accounts if one.is_open and one is not account]
        is_anns = account.owner is self.hands["ann"].person
        return account.is_open and (bool(left) or not is_anns)

    def _some_account(self, who: str, data: st.DataObject) -> Account | None:
        there = [one for one in self.hands[who].person.accounts if not one.is_closed]
        return data.draw(st.sampled_from(there)) if there else None

    def _tries_to_sign_in(self, account: Account) -> None:
        owner = account.owner
        owner.turn = owner.accounts.index(account)
        self._open(owner.name, self.apps[0].authorization_url(**SCOPE, prompt="login"))
        self._go_on(owner.name, How.HONESTLY, 3)

    def _administer(self, account: Account, act: Callable[[User], Outcome]) -> Outcome:
        with self.world.app.app_context(), transaction():
            return act(db.session.get_one(User, account.user_id))

    def _first_administrator(self) -> str:
        """Who starts resets, and still may when their time comes. One for all stories."""
        with self.world.app.app_context():
            found = password.find_user(ADMINISTRATOR)
        if found is None:
            self.world.a.administrator(Role.SUPPORT, ADMINISTRATOR)
            return self._first_administrator()
        return f"user:{found.id}"
