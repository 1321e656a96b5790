"""Every page of the administration for every role: allowed, or refused with nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.clients import register, registry
from idp.models import Role
from idp.web import access
from idp.web.access import Access
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import Factory

REFUSAL = "There's nothing here for this account"
SAMPLES = {"template": "web", "format": "csv", "act": "disable"}
ONLY_JUDGES = "/admin/clients/check-addresses"
"""Asked while somebody types, so that it wants no fresh proof: it changes nothing."""


@dataclass(frozen=True)
class Page:
    """One route, with somebody's client in its address."""

    method: str
    path: str
    rule: Access


def pages(app: Flask, client_id: str) -> Iterator[Page]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("admin."):
            continue
        marker = access.of(app.view_functions[rule.endpoint])
        assert marker is not None
        if marker.door is access.Door.PUBLIC:  # where a test sign-in ends, known by its `state`
            continue
        values = {name: SAMPLES.get(name, "0" * 26) for name in rule.arguments}
        if "client_id" in values:
            values["client_id"] = client_id
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        yield Page(method, adapter.build(rule.endpoint, values, method=method), marker)


def go(browser: Browser, page: Page) -> Browser:
    """With a good token and nothing else."""
    token = str(browser.open("/account/").find("form [name=csrf_token]")["value"])
    data = {"csrf_token": token} if page.method == "POST" else None
    return browser.open(page.path, method=page.method, data=data)


@pytest.fixture
def client_id(a: Factory) -> str:
    return a.client().client_id


def state(app: Flask, client_id: str) -> str | None:
    with app.app_context():
        found = registry.read(client_id)
        return f"{register.version_of(found)} {found.is_enabled} {found.secrets}" if found else None


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_there_for_the_roles_that_may_see_it(
    app: Flask, arrive: Arrive, client_id: str, role: Role
) -> None:
    browser = arrive(role)
    before = state(app, client_id)
    wrong = []
    for page in pages(app, client_id):
        assert page.rule.permission is not None
        if permissions.allows(role, page.rule.permission):
            continue
        go(browser, page)
        if browser.status != 403 or REFUSAL not in browser.text:
            wrong.append(f"{page.method} {page.path}: {browser.status}, and {role} may not")
    assert state(app, client_id) == before
    for page in pages(app, client_id):
        if permissions.allows(role, page.rule.permission):
            go(browser, page)
            if browser.status == 403 or browser.status >= 500:
                wrong.append(f"{page.method} {page.path}: {browser.status}, and {role} may")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_every_page_names_what_it_needs_and_every_post_wants_fresh_proofs(app: Flask) -> None:
    for page in pages(app, "x"):
        assert page.rule.permission is not None, page.path
        verb = page.rule.permission.value.rpartition(".")[2]
        assert page.method == "GET" or verb != "read", f"POST {page.path} needs a verb that writes"
        if page.path != ONLY_JUDGES and (page.method == "POST" or verb == "write"):
            assert page.rule.purpose is not None, page.path


def test_old_proofs_change_nothing_and_are_asked_for_again(
    app: Flask, owner: Browser, client_id: str, clock
) -> None:
    """R44: fifteen minutes for administration."""
    before, wrong = state(app, client_id), []
    clock.advance(minutes=16)
    for page in pages(app, client_id):
        if page.rule.purpose is not None:
            go(owner, page)
            if (owner.page, owner.status) != ("sign-in", 200):
                wrong.append(f"{page.method} {page.path}: {owner.status} {owner.page}")
    assert not wrong, "\n".join(wrong)
    assert state(app, client_id) == before
    assert owner.open(f"/admin/clients/{client_id}").status == 200, "looking goes on"


def test_a_form_from_elsewhere_changes_nothing(app: Flask, owner: Browser, client_id: str) -> None:
    before = state(app, client_id)
    for page in pages(app, client_id):
        if page.method == "POST":
            for token in ({}, {"csrf_token": "made-up"}):
                owner.open(page.path, method="POST", data=token)
                assert owner.status == 403, page.path
    assert state(app, client_id) == before


def test_a_client_that_is_not_there_is_nowhere(app: Flask, owner: Browser) -> None:
    for page in pages(app, "nobody"):
        if "/nobody" in page.path:
            assert go(owner, page).status == 404, page.path


def test_an_owner_may_do_everything_and_only_an_owner_hands_out_roles() -> None:
    assert permissions.of(Role.OWNER) == frozenset(Permission)
    assert [role for role in Role if permissions.allows(role, Permission.ROLES_WRITE)] == [
        Role.OWNER
    ]


def test_an_auditor_changes_nothing() -> None:
    assert all(one.value.endswith(".read") for one in permissions.of(Role.AUDITOR))


@pytest.mark.parametrize("role", [None, "", "king"])
def test_whoever_has_no_known_role_may_do_nothing(role: str | None) -> None:
    assert permissions.of(role) == frozenset()
