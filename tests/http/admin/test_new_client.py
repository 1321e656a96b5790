"""Registering an app on a page: from the template to the first sign-in with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.clients import registry
from idp.extensions import db
from idp.models import AuditEvent, Client
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty, answer

HOSTILE = "<script>alert(1)</script>"
URI_FIELDS = (
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "jwks_uri",
)


def register(browser: Browser, kind: str = "web", **values: str) -> Browser:
    fields = {"client_name": "Photos", "redirect_uris": REDIRECT_URI, "scope": "openid email"}
    fields["reason"] = "Ops-1"
    return browser.open(f"/admin/clients/new/{kind}").submit(**fields | values)


def clients(a: Factory) -> list[str]:
    with a.app.app_context():
        return list(db.session.scalars(select(Client.client_id)))


def test_an_app_is_registered_and_signs_somebody_in(a: Factory, owner: Browser) -> None:
    owner.open("/admin/clients").follow("New app")
    assert owner.page == "admin-new-client"
    owner.open("/admin/clients/new/web")
    register(owner)
    assert (owner.status, owner.page) == (200, "admin-client-secret")
    client_id = owner.find("[data-client-id]").text
    rp = RelyingParty(
        a.app.test_client(), owner.issuer, client_id, owner.find("[data-client-secret]").text
    )
    a.user("bob@example.com")
    bob = Browser(a.app.test_client(), owner.issuer)

    bob.open(rp.authorization_url(scope="openid email"))
    bob.submit(username="bob@example.com", password=PASSWORD).press("Allow")

    assert rp.exchange(answer(bob.left_for)["code"]).status_code == 200
    owner.open("/admin/clients")
    assert "Photos" in owner.find("table.records").text
    assert owner.all("td[data-label='Last used'] time")


def test_the_secret_is_shown_once_and_kept_nowhere(a: Factory, owner: Browser) -> None:
    register(owner)
    secret = owner.find("[data-client-secret]").text
    client_id = owner.find("[data-client-id]").text

    assert owner.response.headers["Cache-Control"] == "no-store"
    for path in ("", "/edit", "/secret", "/requests"):
        assert secret not in owner.open(f"/admin/clients/{client_id}{path}").response.text
    with a.app.app_context():
        stored = db.session.execute(select(AuditEvent.details)).scalars()
        assert all(secret not in str(details) for details in stored)


def test_the_page_downloads_what_it_shows(a: Factory, owner: Browser) -> None:
    register(owner)
    secret = owner.find("[data-client-secret]").text
    client_id = owner.find("[data-client-id]").text

    owner.press("Download as .env")

    assert owner.response.mimetype == "text/plain"
    assert "attachment" in owner.response.headers["Content-Disposition"]
    assert owner.response.text.splitlines() == [
        f"ISSUER={owner.issuer}",
        f"CLIENT_ID={client_id}",
        f"CLIENT_SECRET={secret}",
    ]


def test_nothing_but_the_apps_own_secret_is_put_into_the_file(a: Factory, owner: Browser) -> None:
    register(owner)
    client_id = owner.find("[data-client-id]").text
    token = str(owner.find("[name=csrf_token]")["value"])

    owner.open(
        f"/admin/clients/{client_id}/environment",
        method="POST",
        data={"csrf_token": token, "client_secret": "x\nPATH=/tmp"},
    )

    assert owner.status == 404


@pytest.mark.parametrize(
    ("kind", "written_for"),
    [("web", "Authlib"), ("spa", "oidc-client-ts"), ("native", "curl"), ("machine", "curl")],
)
def test_every_kind_comes_with_code_that_has_its_values(
    a: Factory, owner: Browser, kind: str, written_for: str
) -> None:
    given = {"redirect_uris": "http://127.0.0.1/cb"} if kind == "native" else {}
    register(owner, kind, **given)

    code = owner.find("[data-snippet]").text
    assert owner.find("[data-client-id]").text in code
    assert owner.issuer in code
    assert "your-client-id" not in code
    assert "https://idp.example.com" not in code
    assert written_for in owner.text
    assert bool(owner.all("[data-client-secret]")) == (kind in {"web", "machine"})


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://app.example/callback", "must be https"),
        ("https://app.example/*", "must not have a wildcard"),
        ("https://app.example/#", "must not have a fragment"),
        ("https://ann@app.example/", "must not have user information"),
        ("https://app.example/../x", "must not have . or .. in its path"),
        ("javascript:alert(1)", "must be https"),
        ("JaVaScRiPt:alert(1)", "must be absolute"),
        ("data:text/html,x", "must be https"),
        ("", "at least one is needed"),
    ],
)
def test_each_refusal_of_an_address_says_why(
    a: Factory, owner: Browser, uri: str, reason: str
) -> None:
    register(owner, redirect_uris=uri, client_name="Kept name")

    assert (owner.status, owner.page) == (422, "admin-new-client-of")
    assert reason in owner.find("#redirect_uris-error").text
    assert owner.find("#client_name")["value"] == "Kept name"
    assert owner.find("#redirect_uris").text == uri
    assert clients(a) == []


@pytest.mark.parametrize("field", [*URI_FIELDS, "redirect_uris", "post_logout_redirect_uris"])
def test_no_field_takes_a_script_for_an_address(a: Factory, owner: Browser, field: str) -> None:
    register(owner)
    client_id = owner.find("[data-client-id]").text
    edit = owner.open(f"/admin/clients/{client_id}/edit")

    edit.submit(**{"redirect_uris": REDIRECT_URI, "scope": "openid", field: "javascript:alert(1)"})

    assert (owner.status, owner.page) == (422, "admin-edit-client")
    assert owner.find(f"#{field}-error")
    with a.app.app_context():
        assert "javascript" not in str(registry.find(client_id))


def test_names_that_are_markup_stay_text_everywhere(a: Factory, owner: Browser) -> None:
    register(owner, client_name=HOSTILE, redirect_uris="https://app.example/'\"<b>")
    assert owner.status == 422, "quotes and angles are in no address"
    register(owner, client_name=HOSTILE)
    client_id = owner.find("[data-client-id]").text

    for path in ("", "/edit", "/secret", "/disable", "/delete", "/requests"):
        page = owner.open(f"/admin/clients/{client_id}{path}")
        assert page.status == 200
        assert HOSTILE not in page.response.text
        assert HOSTILE in page.text
    owner.open("/admin/clients", data=None)
    assert HOSTILE not in owner.response.text
    assert HOSTILE in owner.text


def test_who_acts_is_written_down(a: Factory, owner: Browser) -> None:
    register(owner)

    with a.app.app_context():
        (actor,) = db.session.scalars(
            select(AuditEvent.actor).where(AuditEvent.type == "client_registered")
        )
        user_id = db.session.scalars(
            select(AuditEvent.user_id).where(AuditEvent.type == "session_begun")
        ).first()
    assert actor == f"user:{user_id}"


def test_what_was_typed_survives_a_step_up(a: Factory, owner: Browser, clock) -> None:
    phone_page = owner.open("/admin/clients/new/web")
    clock.advance(minutes=16)

    phone_page.submit(client_name="Typed before", redirect_uris=REDIRECT_URI, scope="openid")

    assert owner.page == "sign-in"
    assert "Before you change how apps sign people in" in owner.text
    assert clients(a) == []


def test_an_unknown_template_is_nothing(owner: Browser) -> None:
    assert owner.open("/admin/clients/new/mainframe").status == 404


def test_the_address_is_the_one_that_is_signed_in(owner: Browser) -> None:
    assert EMAIL in owner.open("/admin/clients").text
