"""People who are signed in in several browsers, and apps that hear of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from idp import clock, outbound
from idp.jobs import deliver_outbox
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer, claims

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Mobile Safari/537.36"
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What was posted to apps, after the job went round."""

    app: Factory
    posted: list[tuple[str, dict[str, str]]]

    def logout_tokens(self) -> list[dict[str, Any]]:
        """The claims of every logout token that was sent."""
        with self.app.app.app_context():
            deliver_outbox.run(clock.now())
        return [claims(fields["logout_token"]) for _url, fields in self.posted]


@pytest.fixture
def told(a: Factory, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """What apps are told over the back channel."""
    posted: list[tuple[str, dict[str, str]]] = []

    def post_form(url: str, fields: dict[str, str]) -> int:
        posted.append((url, dict(fields)))
        return 200

    monkeypatch.setattr(outbound, "post_form", post_form)
    return Mailbox(a, posted)


NewBrowser: TypeAlias = Callable[..., Browser]


@pytest.fixture
def another(a: Factory, browser: Browser) -> NewBrowser:
    """`another(email, user_agent=…)`: a browser of its own, signed in at the account."""

    def make(email: str = EMAIL, *, user_agent: str = CHROME) -> Browser:
        client = a.app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = user_agent
        made = Browser(client, browser.issuer).open("/account/")
        return made.submit(username=email, password=PASSWORD)

    return make


def tokens(browser: Browser, rp: RelyingParty, **request: Any) -> dict[str, Any]:
    """What the app gets of whoever is signed in in this browser."""
    browser.open(rp.authorization_url(**request))
    if browser.left_for is None and browser.page == "sign-in":
        browser.submit(username=EMAIL, password=PASSWORD)
    if browser.left_for is None and browser.page == "consent":
        browser.press("Allow")
    answered: dict[str, Any] = rp.exchange(answer(browser.left_for)["code"]).get_json()
    return answered
