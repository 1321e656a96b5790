"""R20: whoever has stolen the password of a privileged account sets up no second factor with it, by
no way, whatever the policies say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config import SecondFactorPolicy, SecondFactorSettings
from idp.extensions import db, transaction
from idp.models import Role, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory


@pytest.fixture(params=[SecondFactorPolicy.OPTIONAL, SecondFactorPolicy.REQUIRED])
def overrides(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The site requires none, or gives its people time."""
    policy = SecondFactorSettings(policy=request.param, grace=timedelta(days=7))
    return {"second_factor": policy}


@pytest.fixture
def thief(a: Factory, browser: Browser) -> Browser:
    """Signed in with the password of somebody who has just been given a role."""
    user = a.user()
    with a.app.app_context(), transaction():
        db.session.get_one(User, user.id).role = Role.OWNER
    return browser.open("/account/").submit(username=EMAIL, password=PASSWORD)


def test_signing_in_offers_no_enrolment(thief: Browser) -> None:
    assert thief.page == "account"


@pytest.mark.parametrize("page", ["totp", "passkeys", "recovery-codes/new", "password", "email"])
def test_the_account_pages_ask_for_the_link(thief: Browser, page: str) -> None:
    thief.open(f"/account/{page}")

    assert thief.page == "enrolment-ticket"
