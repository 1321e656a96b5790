"""Secrets are made once, shown once, and replaced without guessing who still uses the old one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from idp.clients import secret_use
from idp.extensions import db
from idp.models import AuditEvent, Client, ClientSecret
from tests.support.browser import Browser
from tests.support.factories import Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty
from tests.support.statements import recorded


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client()


@pytest.fixture
def machine(a: Factory) -> RelyingParty:
    return a.client("machine", scope="reports:read")


def details(a: Factory, kind: str) -> list[dict[str, Any]]:
    with a.app.app_context():
        return list(db.session.scalars(select(AuditEvent.details).where(AuditEvent.type == kind)))


def posted_again(browser: Browser, action: str, sent: dict[str, str]) -> Browser:
    """What a reload does with a page that is the answer to a post."""
    return browser.open(action, method="POST", data=sent)


def test_a_page_with_a_secret_that_is_loaded_again_registers_nothing(
    a: Factory, owner: Browser
) -> None:
    owner.open("/admin/clients/new/web")
    sent = owner.fields_of(owner.find("main form")) | {
        "client_name": "Photos",
        "redirect_uris": REDIRECT_URI,
        "scope": "openid",
        "reason": "Ops-1",
    }
    posted_again(owner, "/admin/clients/new/web", sent)
    assert owner.page == "admin-client-secret"
    secret, client_id = (
        owner.find("[data-client-secret]").text,
        owner.find("[data-client-id]").text,
    )

    posted_again(owner, "/admin/clients/new/web", sent)

    assert (owner.status, owner.page) == (409, "admin-client-already")
    assert secret not in owner.response.text
    assert owner.follow("Replace the secret").url.endswith(f"/{client_id}/secret")
    with a.app.app_context():
        assert db.session.scalars(select(Client.client_id)).all() == [client_id]


def test_a_rotation_that_is_loaded_again_makes_no_third_secret(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    action = f"/admin/clients/{rp.client_id}/secret"
    owner.open(action)
    sent = owner.fields_of(owner.find("main form")) | {"overlap": "24", "reason": "Ops-1"}
    posted_again(owner, action, sent)

    posted_again(owner, action, sent)

    assert (owner.status, owner.page) == (409, "admin-client-already")
    assert len(details(a, "secret_rotated")) == 1
    assert "The old secret" in owner.open(f"/admin/clients/{rp.client_id}").text


@pytest.mark.parametrize("key", ["", "x", "é" * 43])
def test_a_form_without_its_key_makes_nothing(a: Factory, owner: Browser, key: str) -> None:
    owner.open("/admin/clients/new/web")
    owner.submit(
        client_name="X",
        redirect_uris=REDIRECT_URI,
        scope="openid",
        reason="Ops-1",
        submission=key,
    )

    assert (owner.status, owner.page) == (422, "admin-new-client-of")
    assert "too old" in owner.find("#problem").text
    with a.app.app_context():
        assert db.session.scalars(select(Client.client_id)).all() == []


def test_who_still_uses_the_old_secret_is_told_until_it_is_ended(
    a: Factory, owner: Browser, machine: RelyingParty, clock
) -> None:
    old = machine.client_secret
    owner.open(f"/admin/clients/{machine.client_id}").follow("Replace the secret")
    owner.fill(overlap="24", reason="Ops-7").press("Make a new secret")
    new = owner.find("[data-client-secret]").text
    machine.client_secret = old
    assert machine.token(grant_type="client_credentials").status_code == 200
    clock.advance(minutes=3)

    text = owner.open(f"/admin/clients/{machine.client_id}").text
    assert "It stops working in 24 hours" in text or "It stops working in 1 day" in text
    assert "It was last used 3 minutes ago, from 127.0.0.1" in text
    assert "It was not used yet." in text

    owner.follow("End the old secret now").press("End it now")
    assert (owner.status, "Say why." in owner.text) == (422, True)
    owner.fill(reason="Ops-8").press("End it now")

    assert "The old secret has ended." in owner.text
    assert machine.token(grant_type="client_credentials").status_code == 401
    machine.client_secret = new
    assert machine.token(grant_type="client_credentials").status_code == 200
    assert details(a, "old_secret_revoked") == [{"reason": "Ops-8"}]
    assert owner.open(f"/admin/clients/{machine.client_id}/old-secret").status == 404


def test_uses_are_written_at_most_once_a_minute_and_never_with_the_answer(
    a: Factory, machine: RelyingParty, clock
) -> None:
    def used() -> None:
        assert machine.token(grant_type="client_credentials").status_code == 200

    def flushed() -> int:
        secret_use.flush()
        return len([one for one in record.statements if "client_secrets SET" in one])

    used()
    with a.app.app_context():
        secret_use.flush()
        with recorded(db.engine) as record:
            for _ in range(5):
                used()
            assert flushed() == 0
            clock.advance(minutes=1, seconds=1)
            used()
            assert [one for one in record.statements if "client_secrets SET" in one] == []
            assert flushed() == 1
        row = db.session.scalars(select(ClientSecret)).one()
        assert row.last_used_at is not None
        assert row.last_used_from == "127.0.0.1"


@pytest.mark.parametrize("act", ["disable", "delete"])
def test_nothing_is_ended_without_a_reason(
    a: Factory, owner: Browser, rp: RelyingParty, act: str
) -> None:
    owner.open(f"/admin/clients/{rp.client_id}/{act}").fill(reason="  ", confirmation="Photos")
    owner.press({"disable": "Disable", "delete": "Delete for good"}[act])

    assert (owner.status, "Say why." in owner.text) == (422, True)
    assert details(a, f"client_{act}d") == []


def test_the_reason_is_kept(a: Factory, owner: Browser, rp: RelyingParty) -> None:
    owner.open(f"/admin/clients/{rp.client_id}/disable").fill(reason="Ops 9").press("Disable")
    owner.open(f"/admin/clients/{rp.client_id}/enable").fill(reason="Ops 10").press("Enable")

    assert details(a, "client_disabled") == [{"reason": "Ops 9"}]
    assert details(a, "client_enabled") == [{"reason": "Ops 10"}]
