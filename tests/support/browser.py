"""A browser without a window: opens pages, fills in forms, presses buttons, follows redirects, like
a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 12


@dataclass
class Browser:
    """One cookie jar, one tab. `left_for` is where a redirect led that is not ours: the app."""

    client: FlaskClient
    issuer: str
    status: int = 0
    url: str = ""
    left_for: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    _response: TestResponse | None = None
    _soup: BeautifulSoup | None = None

    # --- going ------------------------------------------------------------------------------

    def open(self, url: str, *, method: str = "GET", data: dict[str, str] | None = None) -> Browser:
        """Go to an address of ours, follow redirects until a page or the app."""
        self.left_for = None
        origin: dict[str, str] = {"Origin": self.issuer} if method == "POST" else {}
        response = self._request(url, method, data, origin)
        for _hop in range(MOST_REDIRECTS):
            if response.status_code not in REDIRECTS:
                break
            target = urljoin(self.url, response.headers["Location"])
            if not self._is_ours(target):
                self.left_for = target
                break
            response = self._request(target, "GET", None, {})
        else:
            raise AssertionError(f"redirected in circles at {self.url}")
        return self

    def _request(
        self, url: str, method: str, data: dict[str, str] | None, headers: dict[str, str]
    ) -> TestResponse:
        self.url = urljoin(self.issuer + "/", url)
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        response = self.client.open(
            path, method=method, data=data, headers=headers, base_url=self.issuer
        )
        self._response, self._soup, self.status = response, None, response.status_code
        return response

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self.issuer + "/") or url == self.issuer

    # --- looking ----------------------------------------------------------------------------

    @property
    def response(self) -> TestResponse:
        assert self._response is not None, "nothing was opened yet"
        return self._response

    @property
    def soup(self) -> BeautifulSoup:
        if self._soup is None:
            self._soup = BeautifulSoup(self.response.get_data(as_text=True), "html.parser")
        return self._soup

    @property
    def page(self) -> str | None:
        """The page's fixed name; None where no page of ours is shown."""
        main = self.soup.find("main")
        return str(main.get("data-page")) if isinstance(main, Tag) else None

    @property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    def find(self, selector: str) -> Tag:
        found = self.soup.select_one(selector)
        assert found is not None, f"no {selector} on {self.page} ({self.status}): {self.text[:300]}"
        return found

    def all(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    # --- doing ------------------------------------------------------------------------------

    def fill(self, **values: str) -> Browser:
        """Type into fields of the page, by their names."""
        self.typed.update(values)
        return self

    def press(self, label: str) -> Browser:
        """Press the button with this text, and send its form with what was typed."""
        return self._send(self._button(label))

    def submit(self, **values: str) -> Browser:
        """Fill in the page's main form and send it by its first button."""
        form = next(
            form
            for form in self.all("main form")
            if form.find("input", type=lambda t: t != "hidden")
        )
        button = form.find("button", type="submit") or form.find("button")
        assert isinstance(button, Tag)
        return self.fill(**values)._send(button)

    def follow(self, label: str) -> Browser:
        """Follow the link with this text."""
        link = next((a for a in self.all("a") if label in " ".join(a.get_text(" ").split())), None)
        assert link is not None, f"no link {label!r} on {self.page}"
        return self.open(urljoin(self.url, str(link["href"])))

    def reload(self) -> Browser:
        return self.open(self.url)

    def fields_of(self, form: Tag) -> dict[str, str]:
        """What a form would send without anything typed."""
        inputs = form.find_all("input")
        return {
            str(one["name"]): str(one.get("value", ""))
            for one in inputs
            if isinstance(one, Tag)
            and one.get("name")
            and one.get("type") not in {"checkbox", "radio"}
        }

    def _button(self, label: str) -> Tag:
        for button in self.all("button"):
            if label in {" ".join(button.get_text(" ").split()), button.get("aria-label")}:
                return button
        raise AssertionError(f"no button {label!r} on {self.page}: {self.text[:300]}")

    def _send(self, button: Tag) -> Browser:
        form = self._form_of(button)
        fields = self.fields_of(form) | self.typed
        self.typed = {}
        if button.get("name"):
            fields[str(button["name"])] = str(button.get("value", ""))
        action = urljoin(self.url, str(form.get("action") or self.url))
        return self.open(action, method=str(form.get("method", "get")).upper(), data=fields)

    def _form_of(self, button: Tag) -> Tag:
        if button.get("form"):
            return self.find(f"form#{button['form']}")
        form = button.find_parent("form")
        assert isinstance(form, Tag)
        return form
