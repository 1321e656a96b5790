"""A104, R99: a backup is put back, and nothing that was used or ended since then lives again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.accounts import factor_reset, mailed_link
from idp.accounts.mailed_link import Purpose
from idp.accounts.outcome import Outcome
from idp.authentication import passkey_challenges, totp, trusted_device
from idp.authentication.requirement import Requirement
from idp.clients import initial_access, registry
from idp.extensions import db, transaction
from idp.interaction import lifecycle
from idp.interaction.lifecycle import Opening
from idp.models import Base, Interaction, Kind, OutboundMessage, TotpCredential
from idp.oauth import devices
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer
from tests.support.resets import Mail, ask
from tests.support.time_travel import Clock

pytestmark = pytest.mark.each_engine

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(trusted=True, rotate_refresh_tokens=True)


def backup(app: Flask) -> Rows:
    with app.app_context():
        return {
            table.name: [dict(row) for row in db.session.execute(table.select()).mappings()]
            for table in Base.metadata.sorted_tables
        }


def put_back(app: Flask, rows: Rows) -> None:
    with app.app_context(), transaction():
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                db.session.execute(table.insert(), rows[table.name])


@pytest.fixture
def window(a: Factory) -> Callable[[RelyingParty], Browser]:
    def arrive(rp: RelyingParty) -> Browser:
        browser = Browser(a.app.test_client(), rp.issuer).open(rp.authorization_url())
        return browser.submit(username=EMAIL, password=PASSWORD)

    return arrive


def push(rp: RelyingParty) -> str:
    """What the browser is sent to for a request that its app has brought."""
    brought = rp.client.post(
        "/par", data=rp.parameters(), headers=rp.basic(), base_url=rp.issuer
    ).get_json()
    named = {"client_id": rp.client_id, "request_uri": brought["request_uri"]}
    return f"/authorize?{urlencode(named)}"


def test_what_was_used_or_ended_after_the_backup_stays_so(
    a: Factory, rp: RelyingParty, window: Callable[[RelyingParty], Browser], idp: Any, clock: Clock
) -> None:
    ann = a.user()
    phone, recovery = a.phone(ann), a.recovery_codes(ann)
    machine = a.client("machine")
    mail = Mail(a.app)
    browser = window(rp).submit(code=phone.code(-1))
    code = answer(browser.left_for)["code"]
    browser.open(rp.authorization_url(scope="openid offline_access"))
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    own = machine.token(grant_type="client_credentials").get_json()["access_token"]
    ask(Browser(a.app.test_client(), rp.issuer))
    (link,) = mail.links()
    pushed = push(rp)
    saved = backup(a.app)

    totp = phone.code()
    assert window(rp).submit(code=totp).left_for is not None
    used = window(rp).follow("Use a recovery code").submit(code=recovery[0])
    assert used.left_for is not None or used.page != "recovery-code"
    assert rp.exchange(code).status_code == 200
    assert browser.open(pushed).left_for is not None
    refreshed = rp.refresh(tokens["refresh_token"]).get_json()
    assert (
        machine.client.post(
            "/revoke", data={"token": own}, headers=machine.basic(), base_url=rp.issuer
        ).status_code
        == 200
    )
    put_back(a.app, saved)

    ran = idp("db", "after-restore", "--reason", "the disk broke", "--json")

    assert ran.exit_code == 0
    assert ran.document["sessions"] == 1
    assert ran.document["recovery_codes"] == len(recovery)
    assert rp.exchange(code).status_code == 400
    for token in (tokens["refresh_token"], refreshed["refresh_token"]):
        assert rp.refresh(token).status_code == 400
    for token in (tokens["access_token"], refreshed["access_token"]):
        assert rp.userinfo(token).status_code == 401
    asked = machine.client.post(
        "/introspect", data={"token": own}, headers=machine.basic(), base_url=rp.issuer
    )
    assert asked.get_json() == {"active": False}
    assert browser.open(pushed).page == "protocol-error"
    assert browser.open(rp.authorization_url()).page == "sign-in"
    assert window(rp).submit(code=totp).page == "second-factor"
    again = window(rp).follow("Use a recovery code").submit(code=recovery[0])
    assert (again.status, again.page) == (422, "recovery-code")
    assert Browser(a.app.test_client(), rp.issuer).open(link).page != "password-set"

    clock.advance(minutes=10)
    assert window(rp).submit(code=phone.code()).left_for is not None


def test_nothing_that_waited_goes_on(a: Factory, rp: RelyingParty, idp: Any, clock: Clock) -> None:
    """R99: whatever was open in the backup may have been used or ended since."""
    ann, tv = a.user(), a.client("native", redirect_uris=["http://127.0.0.1/cb"])
    a.phone(ann)
    with a.app.app_context(), transaction():
        waiting = {
            "link": mailed_link.issue(Purpose.SET_PASSWORD, user_id=ann.id),
            "token": initial_access.issue(
                "build", {}, uses=3, expires_at=clock.now() + timedelta(days=1)
            ),
        }
        codes = devices.store(tv.client_id, ("openid",), ())
        opening = Opening(Kind.SIGN_IN, Requirement(), None)
        lifecycle.open_interaction(opening)
        passkey_challenges.issue("a sign-in")
        totp.begin(ann, "a session")
        trusted_device.trust(ann.id)
        assert factor_reset.start(ann, by="user:somebody", reason="x") is Outcome.DONE

    assert idp("db", "after-restore", "--reason", "the disk broke").exit_code == 0

    with a.app.app_context(), transaction():
        assert mailed_link.find(waiting["link"], Purpose.SET_PASSWORD) is None
        assert initial_access.find(waiting["token"]) is None
        polled = devices.find(codes.device_code, registry.find(tv.client_id))
        assert polled is not None
        assert polled.is_denied
        assert db.session.query(Interaction).count() == 0
        assert passkey_challenges.spend("a sign-in") is None
        pending = db.session.query(TotpCredential).filter_by(bound_to="a session").one()
        assert pending.pending_until <= clock.now()
        assert trusted_device.of(ann.id) == []
        assert factor_reset.under_way(ann.id) is None
        mails = db.session.query(OutboundMessage).filter_by(delivered_at=None)
        assert [mail.last_error for mail in mails] == ["backup_restored"] * mails.count()
        assert mails.count() > 0
