"""An account is closed while its owner is on the way elsewhere: signing in, enrolling, changing
something. Whoever comes too late is told so; the database refuses nothing that a person would see
as an error, and nothing of the account stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from idp.extensions import db
from idp.models import Session, TotpCredential, User
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.race import at_once

ROUNDS = 6


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"throttling": "off", "database_pool_size": 16}


def fresh(browser: Browser, a: Factory) -> Browser:
    return Browser(a.app.test_client(), browser.issuer)


def on_the_way(a: Factory, browser: Browser, number: int) -> Iterator[Callable[[], Browser]]:
    """What happens at once: the closing, and everything else that one can be about."""
    email = f"p{number}@example.com"
    phone = a.phone(a.user(email))
    closing = fresh(browser, a).open("/account/").submit(username=email, password=PASSWORD)
    closing.submit(code=phone.code()).open("/account/close")
    tab = Browser(closing.client, closing.issuer).open("/account/totp")
    names = Browser(closing.client, closing.issuer).open("/account/profile")
    first = fresh(browser, a).open("/account/")
    second = fresh(browser, a).open("/account/").submit(username=email, password=PASSWORD)
    third = fresh(browser, a).open("/account/").submit(username=email, password=PASSWORD)
    assert (closing.page, tab.page, second.page) == ("close-account", "enrol-totp", "second-factor")
    yield lambda: closing.submit(email=email)
    yield lambda: first.submit(username=email, password=PASSWORD)
    yield lambda: second.submit(code=phone.code(1))
    yield lambda: third.submit(code=phone.code(1))
    yield tab.reload
    yield lambda: names.open("/account/security")


def test_nobody_waits_for_each_other_in_a_circle(a: Factory, browser: Browser) -> None:
    seen: Counter[int] = Counter()
    for number in range(ROUNDS):
        acts = list(on_the_way(a, browser, number))
        waiting = iter(acts)
        seen.update(at_once(len(acts), lambda: next(waiting)().status))  # noqa: B023  used at once

    assert set(seen) <= {200, 403, 404, 410, 422}, seen
    with a.app.app_context():
        for table in (User, Session, TotpCredential):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0, table
