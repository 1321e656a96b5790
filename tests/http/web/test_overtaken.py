"""Somebody deletes what a request rests on, after it was read and before anything is written: that
is nobody's fault, so the answer says that it has gone, and nothing is left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from idp.accounts.groups import members
from idp.authentication import totp
from idp.extensions import db
from idp.models import GroupMember, TotpCredential
from idp.web import request_cycle
from tests.http.api.conftest import Api, Program, problem
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory

BECAUSE = {"reason": "joined the team"}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, Callable[[], object]], None]:
    """`meanwhile(module, act)`: the module's next insert finds that `act` came first."""

    def arrange(module: Any, act: Callable[[], object]) -> None:
        insert, waiting = module.insert, [act]

        def overtaken(*given: Any) -> Any:
            if waiting:
                other = Thread(target=waiting.pop())
                other.start()
                other.join()
            return insert(*given)

        monkeypatch.setattr(module, "insert", overtaken)

    return arrange


def rows(a: Factory, table: type) -> int | None:
    with a.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table))


def test_a_page_of_an_account_that_was_just_closed_has_gone(
    a: Factory, browser: Browser, meanwhile: Any
) -> None:
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    closing = Browser(browser.client, browser.issuer).open("/account/close")
    tab = Browser(a.app.test_client(), browser.issuer)
    tab.open("/account/").submit(username=EMAIL, password=PASSWORD)
    meanwhile(totp, lambda: closing.submit(email=EMAIL))

    tab.open("/account/totp")

    assert (closing.status, tab.status, tab.page) == (200, 410, "error")
    assert "That page has gone" in tab.text
    assert rows(a, TotpCredential) == 0
    assert tab.open("/account/").page == "sign-in"


def test_a_program_is_told_that_the_group_has_just_gone(
    a: Factory, browser: Browser, meanwhile: Any
) -> None:
    robot: Program = Api(a, browser.issuer).machine("admin:groups")
    ann = a.user().id
    etag = robot.post("/groups", BECAUSE | {"name": "staff"}).headers["ETag"]
    meanwhile(members, lambda: robot.post("/groups/staff/delete", BECAUSE, If_Match=etag))

    problem(robot.post("/groups/staff/members", {"user_id": ann} | BECAUSE), 410, "gone")

    assert rows(a, GroupMember) == 0
    problem(robot.post("/groups/staff/members", {"user_id": ann} | BECAUSE), 404, "not-found")


def test_a_sign_in_that_cannot_be_kept_leaves_the_browser_as_it_was(
    a: Factory, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    a.user()
    tab = Browser(browser.client, browser.issuer).open("/account/")
    browser.open("/account/")
    with monkeypatch.context() as just_now:
        just_now.setattr(request_cycle, "commit", refused)
        tab.submit(username=EMAIL, password=PASSWORD)

    assert (tab.status, "Set-Cookie" in tab.response.headers) == (410, False)
    assert browser.submit(username=EMAIL, password=PASSWORD).page == "account"


def refused() -> None:
    raise StaleDataError
