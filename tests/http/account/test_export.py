"""A copy of one's data: complete, described, and without a single secret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from idp.extensions import db, transaction
from idp.models import User
from idp.models.base import Base
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user(given_name="Ann", nickname="Annie")


@pytest.fixture
def signed_in(ann: User, browser: Browser) -> Browser:
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert browser.page == "account"
    return browser


def export(browser: Browser) -> dict[str, Any]:
    browser.open("/account/export").press("Download")
    assert browser.status == 200
    document: dict[str, Any] = json.loads(browser.response.get_data())
    return document


def test_it_is_a_file_that_nobody_keeps(signed_in: Browser) -> None:
    export(signed_in)

    headers = signed_in.response.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Disposition"] == 'attachment; filename="account-data.json"'
    assert headers["Cache-Control"] == "no-store"


def test_a_get_shows_a_page_and_no_data(signed_in: Browser) -> None:
    """R87."""
    signed_in.open("/account/export")

    assert signed_in.page == "export"
    assert "Annie" not in signed_in.response.get_data(as_text=True)


def test_every_factor_is_wanted_afresh(a: Factory, ann: User, browser: Browser, clock) -> None:
    """A13."""
    phone = a.phone(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    clock.advance(minutes=6)

    browser.open("/account/export")
    assert "Before you download your data" in browser.text
    browser.submit(password=PASSWORD)

    assert browser.page == "second-factor"


def test_it_holds_what_is_kept_about_the_person(a: Factory, ann: User, signed_in: Browser) -> None:
    rp: RelyingParty = a.client(client_name="Photos")
    signed_in.open(rp.authorization_url(scope="openid email")).press("Allow")
    rp.exchange(answer(signed_in.left_for)["code"])

    document = export(signed_in)

    assert document["format"] == "account-export/1"
    assert document["issuer"] == signed_in.issuer
    assert document["account"]["sub"] == ann.sub
    assert document["account"]["claims"] == {"given_name": "Ann", "nickname": "Annie"}
    assert document["email_addresses"][0]["address"] == EMAIL
    assert document["sign_in_methods"]["password"]["changed_at"]
    assert len(document["sessions"]) == 1
    assert [proof["method"] for proof in document["proofs"]] == ["password"]
    (app,) = document["connected_apps"]
    assert app["name"] == "Photos"
    assert app["allowed"][0]["scope"] == "email openid"
    assert len(app["issued"]) == 1
    kinds = {event["type"] for event in document["activity"]}
    assert {"password_accepted", "session_begun", "consent_given"} <= kinds
    actors = {event["type"]: event["actor"] for event in document["activity"]}
    assert actors["consent_given"] == "you"
    assert actors["tokens_issued"] == f"client:{rp.client_id}"


def test_other_people_are_not_in_it(a: Factory, signed_in: Browser) -> None:
    other = a.user("bob@example.com", name="Bob Builder")
    Browser(a.app.test_client(), signed_in.issuer).open("/account/").submit(
        username="bob@example.com", password=PASSWORD
    )

    text = json.dumps(export(signed_in))

    assert "Bob" not in text
    assert other.id not in text
    assert other.sub not in text


def test_an_authenticator_that_was_only_looked_at_is_not_in_it(signed_in: Browser) -> None:
    signed_in.open("/account/totp")

    assert export(signed_in)["sign_in_methods"]["authenticator_apps"] == []


def test_no_secret_is_in_it(a: Factory, ann: User, browser: Browser) -> None:
    """A105: neither what the person knows, nor anything that the database keeps of it."""
    phone, codes = a.phone(ann), a.recovery_codes(ann)
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=phone.code())
    rp: RelyingParty = a.client(trusted=True)
    browser.open(rp.authorization_url(scope="openid offline_access"))
    tokens = rp.exchange(answer(browser.left_for)["code"]).get_json()
    with a.app.app_context(), transaction():
        kept = secrets_of(a)
    cookies = [cookie.value for cookie in browser.client._cookies.values()]

    text = json.dumps(export(browser), ensure_ascii=False)

    issued = [tokens[name] for name in ("access_token", "refresh_token", "id_token")]
    for secret in [PASSWORD, phone.secret, *codes, *issued, *cookies, *kept]:
        assert secret not in text
    assert not re.search(r"\$2[aby]\$", text)


def secrets_of(a: Factory) -> list[str]:
    """Digests and sealed values of every table, in the forms in which they could be written."""
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        secret = [column for column in table.columns if isinstance(column.type, LargeBinary)]
        if not secret:
            continue
        for row in db.session.execute(select(*secret)):
            found += [value.hex() for value in row if value]
            found += [str(value) for value in row if value]
    return found
