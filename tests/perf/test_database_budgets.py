"""How much of the database a request may use: statements, and transactions that write.

Machine-independent, so they are asserted, where times never are. The counts are those of a process
that knows its clients and keys: comparing the version of the caches adds one SELECT a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from flask import Flask

from idp import cache, opaque
from idp.authentication import password as passwords
from idp.authentication import totp
from idp.authentication.evidence import Evidence
from idp.extensions import db, transaction
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer
from tests.support.statements import Record, recorded

SCOPE = "openid profile email offline_access"

Recorded: TypeAlias = Callable[[Callable[[], object]], Record]


@pytest.fixture
def database_use(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """`database_use(act)`: what `act` asked of the database, with the caches compared just now."""
    monkeypatch.setattr(cache, "MAXIMUM_AGE_SECONDS", 3600.0)

    def record(act: Callable[[], object]) -> Record:
        with app.app_context():
            engine = db.engine
        with recorded(engine) as seen:
            act()
        return seen

    return record


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(rotate_refresh_tokens=True)


@pytest.fixture
def signed_in(a: Factory, browser: Browser, rp: RelyingParty) -> Browser:
    """Somebody with a session who has allowed the app what it asks for."""
    a.user()
    browser.open(rp.authorization_url(scope=SCOPE))
    return browser.submit(username=EMAIL, password=PASSWORD).press("Allow")


def assert_within(seen: Record, *, statements: int, writing: int) -> None:
    report = "\n".join(seen.statements)
    assert len(seen.statements) <= statements, report
    assert seen.writing_transactions <= writing, report


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
def test_public_documents_ask_nothing(client, path, database_use: Recorded):
    client.get(path)

    seen = database_use(lambda: client.get(path))

    assert_within(seen, statements=0, writing=0)


def test_client_credentials_write_nothing(a: Factory, database_use: Recorded):
    machine = a.client("machine")
    machine.token(grant_type="client_credentials")

    seen = database_use(lambda: machine.token(grant_type="client_credentials"))

    assert_within(seen, statements=1, writing=0)


def test_a_live_session_is_answered_in_one_transaction(
    signed_in: Browser, rp: RelyingParty, database_use: Recorded
):
    seen = database_use(lambda: signed_in.open(rp.authorization_url(scope=SCOPE)))

    assert "code" in answer(signed_in.left_for)
    assert_within(seen, statements=4, writing=1)


def test_a_code_is_exchanged_in_one_transaction(
    signed_in: Browser, rp: RelyingParty, database_use: Recorded
):
    rp.exchange(answer(signed_in.left_for)["code"])
    signed_in.open(rp.authorization_url(scope=SCOPE))

    seen = database_use(lambda: rp.exchange(answer(signed_in.left_for)["code"]))

    assert_within(seen, statements=5, writing=1)


def test_a_refresh_token_is_rotated_in_one_transaction(
    signed_in: Browser, rp: RelyingParty, database_use: Recorded
):
    tokens = rp.exchange(answer(signed_in.left_for)["code"]).get_json()

    seen = database_use(lambda: rp.refresh(tokens["refresh_token"]))

    assert_within(seen, statements=4, writing=1)


def test_a_refresh_token_that_is_kept_writes_nothing(
    a: Factory, signed_in: Browser, database_use: Recorded
):
    keeping = a.client(rotate_refresh_tokens=False)
    signed_in.open(keeping.authorization_url(scope=SCOPE)).press("Allow")
    tokens = keeping.exchange(answer(signed_in.left_for)["code"]).get_json()

    seen = database_use(lambda: keeping.refresh(tokens["refresh_token"]))

    assert_within(seen, statements=4, writing=0)


def test_userinfo_only_reads(signed_in: Browser, rp: RelyingParty, database_use: Recorded):
    tokens = rp.exchange(answer(signed_in.left_for)["code"]).get_json()

    seen = database_use(lambda: rp.userinfo(tokens["access_token"]))

    assert_within(seen, statements=2, writing=0)


def test_a_password_check_is_counted_first_and_proven_then(
    a: Factory, app: Flask, database_use: Recorded
):
    a.user()

    def check() -> None:
        with app.app_context(), transaction():
            proof = passwords.verify(passwords.find_user(EMAIL), EMAIL, PASSWORD)
            assert isinstance(proof, Evidence)

    assert_within(database_use(check), statements=8, writing=2)


def test_a_check_of_a_code_is_counted_first_and_proven_then(
    a: Factory, app: Flask, database_use: Recorded
):
    user = a.user()
    phone = a.phone(user)

    def check() -> None:
        with app.app_context(), transaction():
            proof = totp.verify(user, phone.code(), interaction_id=opaque.identifier())
            assert isinstance(proof, Evidence)

    assert_within(database_use(check), statements=8, writing=2)


def test_the_password_page_settles_everything_in_the_transaction_of_the_proof(
    a: Factory, browser: Browser, rp: RelyingParty, database_use: Recorded
):
    a.user()
    browser.open(rp.authorization_url())

    seen = database_use(lambda: post(browser, username=EMAIL, password=PASSWORD))

    assert browser.status == 303
    assert_within(seen, statements=23, writing=2)


def test_the_second_factor_page_settles_everything_in_the_transaction_of_the_proof(
    a: Factory, browser: Browser, rp: RelyingParty, database_use: Recorded
):
    phone = a.phone(a.user())
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

    seen = database_use(lambda: post(browser, code=phone.code()))

    assert browser.status == 303
    # Two of them ask whether a reset of factors is under way (R56).
    assert_within(seen, statements=31, writing=2)


def post(browser: Browser, **typed: str) -> None:
    """Send the page's form, without following where it leads: one request is measured."""
    form = browser.find("main form")
    fields = browser.fields_of(form) | typed
    response = browser.client.post(
        str(form["action"]), data=fields, headers={"Origin": browser.issuer}
    )
    browser.status = response.status_code
