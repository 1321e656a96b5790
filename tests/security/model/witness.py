"""A browser of the model: every request is judged, and everything that passes is kept for later."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from idp import clock, opaque
from tests.security.model import forgery
from tests.security.model.books import Books
from tests.security.model.people import Person, Request
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser
from tests.support.factories import Phone

if TYPE_CHECKING:
    from bs4 import Tag
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

SESSION, BINDING, TRUST = "__Host-session", "__Host-browser", "__Host-trusted"
_PAGE = re.compile(r'data-page="([a-z-]+)"')
MAILED = (
    "/reset/",
    "/verify-email/",
    "/change-email/",
    "/create-account/link/",
    "/replace-factors/",
    "/cancel-reset/",
)
KEPT = 60
"""How many handles of each kind are remembered; the oldest go first."""


@dataclass
class Journal:
    """Handles of everybody: addresses, forms that were sent, cookies' values, codes for apps."""

    urls: list[tuple[Person, str]] = field(default_factory=list)
    posts: list[Request] = field(default_factory=list)
    cookies: list[tuple[Person, str, str]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if request.method == "POST":
            self.posts = [*self.posts, request][-KEPT:]
        elif (request.by, request.url) not in self.urls:
            self.urls = [*self.urls, (request.by, request.url)][-KEPT:]


class Witness(Browser):
    """One person's browser."""

    owner: Person
    books: Books
    journal: Journal
    from_elsewhere: bool = False
    """The next post is sent by a page of another origin."""

    def __init__(
        self, client: FlaskClient, owner: Person, books: Books, journal: Journal, address: str
    ) -> None:
        super().__init__(client, books.issuer)
        client.environ_base["REMOTE_ADDR"] = address
        self.owner, self.books, self.journal = owner, books, journal

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name, self.host)
        return found.value if found else None

    def plant(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value, domain=self.host, secure=True)
        self.owner.has_others_binding |= name == BINDING

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).hostname or ""

    def use_passkey(self, form: Tag, device: Authenticator) -> None:
        """What the page's script does, as far as the provider goes along."""
        fields, origin = self.fields_of(form), {"Origin": self.issuer}
        target = urljoin(self.url, str(form["data-options"]))
        forgery.comes_to_nothing(self, target, fields)
        asked = self.client.post(
            str(form["data-options"]), data=fields, headers=origin, base_url=self.issuer
        )
        assert asked.status_code < 500
        self.books.settle()
        if asked.status_code != 200:
            return
        options = asked.get_data(as_text=True)
        if form["data-passkey"] == "create":
            answer = device.create(options)
        elif device.keys:
            answer = device.sign(options, next(reversed(device.keys)))
        else:
            return
        self.owner.answers.add(answer)
        target = urljoin(self.url, str(form["action"]))
        self.open(target, method="POST", data=fields | {"answer": answer})

    def _request(
        self, url: str, method: str, data: dict[str, str] | None, headers: dict[str, str]
    ) -> TestResponse:
        if self.from_elsewhere and method == "POST":
            headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            self.from_elsewhere = False
        full = urljoin(self.issuer + "/", url)
        if method == "POST":
            forgery.comes_to_nothing(self, full, dict(data or {}))
        request = Request(self.owner, method, full, dict(data or {}), clock.now())
        response = super()._request(url, method, data, headers)
        self._take_down(response)
        self.books.judge(request, response)
        self.journal.note(request)
        named = _PAGE.search(response.get_data(as_text=True))
        self.books.reached[f"{named[1] if named else 'no page'} {self.status}"] += 1
        return response

    def _take_down(self, response: TestResponse) -> None:
        for line in response.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if not morsel.value:
                    continue
                self.journal.cookies = [
                    *self.journal.cookies,
                    (self.owner, name, morsel.value),
                ][-KEPT:]
                if name == SESSION:
                    self.owner.keyrings.add(opaque.digest(morsel.value))
        text = response.get_data(as_text=True)
        if "data-totp-secret" in text:
            shown = self.find("[data-totp-secret]")
            self.owner.pending.append(Phone(shown.get_text(strip=True)))
        if "data-recovery-code" in text and (codes := self.all("[data-recovery-code]")):
            self.owner.shown_codes = [code.get_text(strip=True) for code in codes]
