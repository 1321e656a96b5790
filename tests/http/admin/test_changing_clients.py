"""One app: looking at it, changing it, replacing its secret, disabling and deleting it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from bs4 import Tag
from sqlalchemy import select

from idp.clients import register, registry
from idp.extensions import db, transaction
from idp.models import AuditEvent, Role
from tests.http.account.conftest import tokens
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty, answer


def filled(browser: Browser) -> dict[str, str]:
    """What the edit form would send as it stands: our browser knows only inputs."""
    form = browser.find("main form")
    given = {str(one["name"]): one.text for one in form.find_all("textarea")}
    for menu in form.find_all("select"):
        chosen = menu.find("option", selected=True)
        given[str(menu["name"])] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
    for tick in form.find_all("input", type="checkbox"):
        # Of several grants the windowless browser can send one.
        if tick.has_attr("checked"):
            given.setdefault(str(tick["name"]), str(tick["value"]))
    return given


def edit(browser: Browser, rp: RelyingParty, **changes: str) -> Browser:
    browser.open(f"/admin/clients/{rp.client_id}/edit")
    return saved(browser.submit(**filled(browser) | changes))


def saved(browser: Browser) -> Browser:
    """Past the preview, if the form was accepted."""
    if browser.page == "admin-preview-client":
        browser.fill(reason="Ops-1").press("Save")
    return browser


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(grant_types=["authorization_code"], contacts=["dev@app.example"])


def test_a_change_is_in_force_at_once(a: Factory, owner: Browser, rp: RelyingParty) -> None:
    edit(
        owner,
        rp,
        client_name="Photos & more",
        redirect_uris=f"{REDIRECT_URI}\n\n  https://app.example/second  ",
        min_acr="urn:idp:loa:2fa",
        lifetime="120",
    )

    assert (owner.status, owner.page) == (200, "admin-client")
    assert "Saved." in owner.text
    with a.app.app_context():
        now = registry.find(rp.client_id)
    assert now is not None
    assert now.client_name == "Photos & more"
    assert now.redirect_uris == (REDIRECT_URI, "https://app.example/second")
    assert (now.min_acr, now.access_token_lifetime) == ("urn:idp:loa:2fa", 120)
    assert now.metadata["contacts"] == ["dev@app.example"]
    assert now.response_types == {"code"}


def test_what_changed_is_written_down(a: Factory, owner: Browser, rp: RelyingParty) -> None:
    edit(owner, rp, tos_uri="https://app.example/terms")

    with a.app.app_context():
        changed = select(AuditEvent.details).where(AuditEvent.type == "client_replaced")
        assert db.session.scalars(changed).all() == [{"changed": ["tos_uri"], "reason": "Ops-1"}]


def test_a_form_that_is_sent_as_it_was_changes_nothing(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    edit(owner, rp)

    with a.app.app_context():
        changed = select(AuditEvent.details).where(AuditEvent.type == "client_replaced")
        assert db.session.scalars(changed).all() == []
    assert "There was nothing to change." in owner.text


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("client_name", "", "must have 1 to 64 characters"),
        ("client_name", "x" * 65, "must have 1 to 64 characters"),
        ("client_name", "Pay\u202epal", "must not have control characters"),
        ("lifetime", "soon", "must be a whole number"),
        ("lifetime", "9999999999999999999999", "must be a whole number"),
        ("lifetime", "5", "30 to 3600 seconds"),
        ("refresh_grace", "31", "0 to 30 seconds"),
        ("min_acr", "phrh", "known:"),
        ("scope", "openid  email", "names of printable ASCII"),
        ("contacts", "nobody", "must be e-mail addresses"),
        ("redirect_uris", "", "at least one is needed"),
        ("auth_method", "private_key_jwt", "private_key_jwt needs jwks or jwks_uri"),
    ],
)
def test_every_refusal_keeps_what_was_typed_and_says_why(
    a: Factory, owner: Browser, rp: RelyingParty, field: str, typed: str, reason: str
) -> None:
    edit(owner, rp, policy_uri="https://kept.example/", **{field: typed})

    assert (owner.status, owner.page) == (422, "admin-edit-client")
    assert reason in owner.find("#problem").text
    assert owner.find("#policy_uri")["value"] == "https://kept.example/"
    with a.app.app_context():
        now = registry.find(rp.client_id)
    assert now is not None
    assert "policy_uri" not in now.metadata


def test_the_second_of_two_editors_is_told_and_loses_nothing(
    a: Factory, owner: Browser, arrive: Arrive, rp: RelyingParty
) -> None:
    second = arrive(Role.CLIENT_MANAGER, "bea@example.com")
    second.open(f"/admin/clients/{rp.client_id}/edit")
    edit(owner, rp, client_name="By the first")

    second.submit(**filled(second) | {"client_name": "By the second"})

    assert (second.status, second.page) == (409, "admin-edit-client")
    assert "Somebody else has changed this app" in second.text
    assert "By the first" in second.find("#problem").text
    assert second.find("#client_name")["value"] == "By the second"
    with a.app.app_context():
        now = registry.find(rp.client_id)
    assert now is not None
    assert now.client_name == "By the first"

    saved(second.submit(**filled(second)))
    assert second.page == "admin-client"
    assert "By the second" in second.text


def test_what_was_typed_comes_back_after_a_step_up(
    a: Factory, arrive: Arrive, browser: Browser, rp: RelyingParty, clock
) -> None:
    phone = a.administrator()
    browser.open(f"/admin/clients/{rp.client_id}/edit")
    browser.submit(username="ann@example.com", password=PASSWORD).submit(code=phone.code())
    assert browser.page == "admin-edit-client"
    clock.advance(minutes=16)
    uris = "\n".join([REDIRECT_URI, *(f"https://app.example/{n}/{'x' * 90}" for n in range(20))])

    browser.submit(**filled(browser) | {"client_name": "Kept", "redirect_uris": uris})
    browser.submit(password=PASSWORD).submit(code=phone.code())

    assert browser.page == "admin-edit-client"
    assert "What you typed is still here" in browser.text
    assert browser.find("#client_name")["value"] == "Kept"
    assert browser.find("#redirect_uris").text == uris
    saved(browser.submit(**filled(browser)))
    assert browser.page == "admin-client"
    assert "Kept" in browser.text


def test_two_secrets_are_good_until_the_old_one_ends(
    owner: Browser, rp: RelyingParty, clock
) -> None:
    owner.open(f"/admin/clients/{rp.client_id}").follow("Replace the secret")
    assert owner.page == "admin-rotate-secret"
    owner.fill(overlap="8", reason="Ops-1").press("Make a new secret")
    new = owner.find("[data-client-secret]").text
    old = rp.client_secret

    def works(secret: str | None) -> bool:
        rp.client_secret = secret
        refused = rp.token(grant_type="authorization_code", code="x", redirect_uri=REDIRECT_URI)
        return refused.get_json()["error"] != "invalid_client"

    assert works(old)
    assert works(new)
    clock.advance(hours=8, minutes=1)
    assert not works(old)
    assert works(new)


@pytest.mark.parametrize("overlap", ["", "25", "-1", "x"])
def test_no_other_overlap_is_taken(owner: Browser, rp: RelyingParty, overlap: str) -> None:
    owner.open(f"/admin/clients/{rp.client_id}/secret")

    owner.fill(overlap=overlap, reason="Ops-1").press("Make a new secret")

    assert (owner.status, owner.page) == (422, "admin-rotate-secret")
    assert not owner.all("[data-client-secret]")


def test_an_app_without_a_secret_has_none_to_replace(a: Factory, owner: Browser) -> None:
    spa = a.client("spa")

    owner.open(f"/admin/clients/{spa.client_id}")
    assert "Replace the secret" not in owner.text
    assert owner.open(f"/admin/clients/{spa.client_id}/secret").status == 404


def test_disabling_ends_what_the_app_was_given_and_enabling_lets_it_in_again(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    a.user("bob@example.com")
    bob = Browser(a.app.test_client(), owner.issuer)
    bob.open(rp.authorization_url()).submit(username="bob@example.com", password=PASSWORD)
    given = tokens(bob.press("Allow"), rp)
    assert rp.userinfo(given["access_token"]).status_code == 200

    owner.open(f"/admin/clients/{rp.client_id}").follow("Disable")
    assert (owner.page, rp.userinfo(given["access_token"]).status_code) == (
        "admin-disable-client",
        200,
    )
    owner.fill(reason="Ops-2").press("Disable")

    assert "The app is disabled" in owner.text
    assert rp.userinfo(given["access_token"]).status_code == 401
    assert bob.open(rp.authorization_url()).status == 400
    owner.follow("Enable").fill(reason="Ops-3").press("Enable")
    assert "The app is enabled again." in owner.text
    assert rp.userinfo(given["access_token"]).status_code == 401
    assert answer(bob.open(rp.authorization_url()).left_for)["code"]


def test_deleting_wants_the_name(a: Factory, owner: Browser, rp: RelyingParty) -> None:
    owner.open(f"/admin/clients/{rp.client_id}").follow("Delete")
    owner.fill(confirmation="photos", reason="Ops-4").press("Delete for good")
    assert (owner.status, owner.page) == (422, "admin-delete-client")
    with a.app.app_context():
        assert registry.read(rp.client_id) is not None

    owner.fill(confirmation="Photos", reason="Ops-4").press("Delete for good")

    assert (owner.page, "The app is deleted." in owner.text) == ("admin-clients", True)
    assert owner.open(f"/admin/clients/{rp.client_id}").status == 404


def test_the_list_is_searched_and_goes_on_behind_its_end(a: Factory, owner: Browser) -> None:
    for number in range(27):
        a.client(client_name=f"App {number:02}")
    a.client(client_name="100% Ölgemälde_")

    owner.open("/admin/clients")
    assert len(owner.all("table tbody tr")) == 25
    owner.follow("Older")
    assert [row.find("a").text for row in owner.all("table tbody tr")] == [
        "App 02",
        "App 01",
        "App 00",
    ]
    for words, names in {
        "app 1": [f"App {number}" for number in range(19, 9, -1)],
        "0%": ["100% Ölgemälde_"],
        "_": ["100% Ölgemälde_"],
        "nothing": [],
    }.items():
        owner.open(f"/admin/clients?{urlencode({'q': words})}")
        assert [row.find("a").text for row in owner.all("table tbody tr")] == names


def test_what_is_to_be_done_leads_to_the_apps(a: Factory, owner: Browser) -> None:
    a.client(client_name="Local", redirect_uris=["http://localhost:5000/callback"])
    a.client(client_name="Old", pkce_waived=True)
    a.client(client_name="Fine")

    owner.open("/admin/")
    assert "1 app uses http redirects." in owner.text
    assert "1 app may do without PKCE." in owner.text
    owner.follow("Look at them")

    assert [row.find("a").text for row in owner.all("table tbody tr")] == ["Local"]
    assert "1 warning" in owner.text
    owner.open("/admin/clients?show=without-pkce")
    assert [row.find("a").text for row in owner.all("table tbody tr")] == ["Old"]


def test_who_only_reads_is_shown_no_buttons(arrive: Arrive, rp: RelyingParty) -> None:
    auditor = arrive(Role.AUDITOR)

    auditor.open(f"/admin/clients/{rp.client_id}")

    assert auditor.status == 200
    for button in ("Change", "Replace the secret", "Disable", "Delete"):
        assert not [link for link in auditor.all("main a") if link.get_text(strip=True) == button]


def test_of_two_changes_at_once_the_second_is_outdated(a: Factory, rp: RelyingParty) -> None:
    with a.app.app_context(), transaction():
        from idp.clients import document

        seen = registry.read(rp.client_id)
        assert seen is not None
        version = register.version_of(seen)
        first = document.from_document(document.as_document(seen) | {"client_name": "One"})
        second = document.from_document(document.as_document(seen) | {"client_name": "Two"})
        assert isinstance(register.change(rp.client_id, version, first), register.Registered)
        outdated = register.change(rp.client_id, version, second)
        assert isinstance(outdated, register.Outdated)
        assert outdated.client.client_name == "One"
        assert register.change("nobody", version, second) is None


def test_every_part_of_the_policy_is_on_the_form(
    a: Factory, owner: Browser, rp: RelyingParty
) -> None:
    edit(
        owner,
        rp,
        profile="standard",
        min_acr="urn:idp:loa:2fa",
        second_factor_policy="required",
        default_max_age="600",
        lifetime="60",
        rotation="yes",
        refresh_grace="10",
        scope="openid email",
        trusted="yes",
        pkce_waived="yes",
        subject_type="pairwise",
        resources="https://api.example/",
    )

    assert "Saved." in owner.text, owner.text[:600]
    with a.app.app_context():
        now = registry.read(rp.client_id)
    assert now is not None
    assert (now.profile, now.min_acr, now.second_factor_policy) == (
        "standard",
        "urn:idp:loa:2fa",
        "required",
    )
    assert (now.default_max_age, now.access_token_lifetime, now.refresh_grace) == (600, 60, 10)
    assert now.scopes == {"openid", "email"}
    assert now.trusted
    assert now.pkce_waived
    assert now.rotate_refresh_tokens
    assert now.subject_type == "pairwise"
    assert now.metadata["resources"] == ("https://api.example/",) or now.metadata["resources"] == [
        "https://api.example/"
    ]
