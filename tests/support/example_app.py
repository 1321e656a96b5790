"""Drives the example web app like a browser that goes to a stub provider and comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.support.stub_provider import StubProvider


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who uses the example app."""

    browser: FlaskClient
    provider: StubProvider

    def get(self, path: str, **query: str) -> TestResponse:
        return self.browser.get(path, query_string=query)

    def post(self, path: str) -> TestResponse:
        return self.browser.post(path, follow_redirects=True)

    def come_back(self, begun: TestResponse, **parameters: str | None) -> TestResponse:
        """The provider's answer to the request that `begun` redirects to; None leaves one out."""
        answer = self.provider.authorized(begun.location) | parameters
        sent = {name: value for name, value in answer.items() if value is not None}
        return self.browser.get("/callback", query_string=sent)

    def sign_in(self) -> TestResponse:
        answer = self.come_back(self.get("/sign-in"))
        assert answer.status_code == 303, answer.text
        return self.get(answer.location)

    def is_signed_in(self) -> bool:
        return "data-claims" in self.get("/").text


def asked_by(answer: TestResponse) -> dict[str, str]:
    """The parameters of the authorization request."""
    assert answer.status_code in {302, 303}
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def shown(page: TestResponse, name: str) -> Any:  # noqa: ANN401  whatever JSON holds
    """The claims on the page."""
    return json.loads(text_of(page, f'[data-claims="{name}"]'))


def error_of(page: TestResponse) -> str:
    """The code on the page that says what went wrong."""
    return text_of(page, "[data-error]")


def text_of(page: TestResponse, selector: str) -> str:
    found = BeautifulSoup(page.text, "html.parser").select_one(selector)
    assert found is not None, page.text
    return found.text
