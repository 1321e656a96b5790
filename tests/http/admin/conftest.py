"""Administrators who are signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from idp.models import Role
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone

Arrive: TypeAlias = Callable[..., Browser]


@pytest.fixture
def arrive(a: Factory, browser: Browser) -> Arrive:
    """`arrive(Role.AUDITOR)`: somebody of this role on the dashboard, proven by two factors."""

    def make(role: Role = Role.OWNER, email: str = EMAIL) -> Browser:
        phone = a.administrator(role, email)
        return sign_in(Browser(a.app.test_client(), browser.issuer), phone, email)

    return make


@pytest.fixture
def owner(arrive: Arrive) -> Browser:
    """Who may do everything."""
    return arrive()


def sign_in(browser: Browser, phone: Phone, email: str = EMAIL) -> Browser:
    """From nothing to the dashboard."""
    browser.open("/admin/").submit(username=email, password=PASSWORD).submit(code=phone.code())
    assert (browser.status, browser.page) == (200, "admin"), browser.text[:300]
    return browser
