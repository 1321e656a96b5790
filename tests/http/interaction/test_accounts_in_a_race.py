"""Tabs of one browser that sign in, prove and switch at the same moment: nobody's session is lost,
nobody has two, and the database refuses nothing that a person would see as an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from threading import Lock

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock as the_clock
from idp import opaque
from idp.accounts import sign_out
from idp.authentication import browser_accounts, proof_rows, session
from idp.authentication.evidence import Evidence, Method
from idp.authentication.session import LiveSession, Stay
from idp.extensions import db, transaction
from idp.models import Session, User
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty

RACERS = 64
TABS = 4


@pytest.fixture
def people(a: Factory) -> list[User]:
    return [a.user(f"p{n}@example.com", name=f"P{n}") for n in range(browser_accounts.MOST)]


@dataclass
class Tabs:
    """Requests of one browser, all sent with the same cookie."""

    app: Flask
    people: list[User]
    token: str

    def race(self, act: Callable[[int, tuple[LiveSession, ...]], str | None]) -> list[str | None]:
        numbers, lock = count(), Lock()
        with self.app.app_context():
            accounts = session.signed_in(self.token)

        def request() -> str | None:
            with lock:
                number = next(numbers)
            with self.app.app_context(), transaction():
                return act(number, accounts)

        return at_once(RACERS, request)

    def prove(self, number: int, accounts: tuple[LiveSession, ...]) -> str | None:
        user = self.people[number % len(self.people)]
        proof = proof_rows.record(password_of(user), interaction_id=None)
        joined = browser_accounts.join(accounts, user.id, (proof,), Stay.ORDINARY)
        for one in joined.surplus:
            sign_out.end_one(one.user_id, one.id, reason="too_many_accounts")
        return joined.token

    def live(self) -> list[Session]:
        with self.app.app_context():
            return list(db.session.scalars(select(Session).where(Session.ended_at.is_(None))))

    def holding(self, tokens: list[str | None]) -> list[tuple[LiveSession, ...]]:
        """What those of the values that still open something open."""
        with self.app.app_context():
            found = [session.signed_in(token) for token in tokens if token]
        return [accounts for accounts in found if accounts]

    def left_by(self, tokens: list[str | None]) -> str:
        """The value that is alive after a race."""
        return next(token for token in tokens if token and self.holding([token]))


def password_of(user: User) -> Evidence:
    return Evidence(Method.PASSWORD, user.id, opaque.identifier(), the_clock.now())


@pytest.fixture
def tabs(app: Flask, people: list[User]) -> Tabs:
    """The first of the people is signed in."""
    with app.app_context(), transaction():
        proof = proof_rows.record(password_of(people[0]), interaction_id=None)
        _id, token = browser_accounts.begin(people[0].id, (proof,))
    return Tabs(app, people, token)


def test_64_sign_ins_of_five_people_end_with_one_session_each(tabs: Tabs, people) -> None:
    tokens = tabs.race(tabs.prove)

    assert Counter(one.user_id for one in tabs.live()) == {user.id: 1 for user in people}
    (accounts,) = tabs.holding(tokens)
    assert {one.user_id for one in accounts} == {user.id for user in people}
    assert not tabs.holding([tabs.token])


def test_64_proofs_of_one_session_leave_one_value_alive(tabs: Tabs) -> None:
    def strengthen(_number: int, accounts: tuple[LiveSession, ...]) -> str | None:
        own = session.with_proofs(accounts[0], accounts)
        proof = proof_rows.record(password_of(tabs.people[0]), interaction_id=None)
        return browser_accounts.strengthen(own, (proof,))

    tokens = tabs.race(strengthen)

    assert None not in tokens
    assert len(tabs.holding(tokens)) == len(tabs.live()) == 1


def test_switching_and_signing_in_at_once_loses_nobody(tabs: Tabs, people) -> None:
    tabs.token = tabs.left_by(tabs.race(tabs.prove))

    def mixed(number: int, accounts: tuple[LiveSession, ...]) -> str | None:
        if number % 2:
            return tabs.prove(number, accounts)
        return browser_accounts.choose(accounts, accounts[number % len(accounts)])

    tokens = tabs.race(mixed)

    assert None not in tokens
    (accounts,) = tabs.holding(tokens)
    assert {one.user_id for one in accounts} == {user.id for user in people}


def test_leaving_while_others_sign_in_ends_nobody_else(tabs: Tabs, people) -> None:
    tabs.token = tabs.left_by(tabs.race(tabs.prove))

    def mixed(number: int, accounts: tuple[LiveSession, ...]) -> str | None:
        leaving = next(one for one in accounts if one.user_id == people[0].id)
        if number == 0:
            return sign_out.leave(accounts, (leaving,))
        return browser_accounts.choose(accounts, accounts[number % len(accounts)])

    tabs.race(mixed)

    live = tabs.live()
    assert {one.user_id for one in live} == {user.id for user in people[1:]}
    assert len({one.token_digest for one in live}) == 1


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True)


def test_forms_of_several_tabs_sent_together_meet_no_error(app, settings, people, rp) -> None:
    """Each tab has its own sign-in page, and all are sent together."""
    jar = Browser(app.test_client(), settings.issuer)
    forms = []
    for number in range(TABS):
        jar.open(rp.authorization_url(prompt="login"))
        form = jar.find("form[action$='/sign-in']")
        address = f"p{number % len(people)}@example.com"
        forms.append((str(form["action"]), jar.fields_of(form) | {"username": address}))
    browser_value = jar.client.get_cookie("__Host-browser", "idp.example")
    assert browser_value is not None
    numbers, lock = count(), Lock()

    def send() -> int:
        with lock:
            action, fields = forms[next(numbers)]
        tab = app.test_client(use_cookies=False)
        response = tab.post(
            action,
            data=fields | {"password": PASSWORD},
            headers={
                "Origin": settings.issuer,
                "Cookie": f"__Host-browser={browser_value.value}",
            },
            base_url=settings.issuer,
        )
        return response.status_code

    statuses = Counter(at_once(TABS, send))

    # Whoever comes after the first proof brings a value that it has replaced.
    assert set(statuses) <= {303, 404}, statuses
    assert statuses[303] >= 1
