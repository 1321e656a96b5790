"""Somebody at a browser without scripts: real HTTP, one cookie jar, any site on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag

from tests.support.factories import PASSWORD

if TYPE_CHECKING:
    from tests.support.deployment import Account

PATIENCE = 30.0
MOST_PAGES = 8


class Person:
    """`answer` is the page that redirects have led to. On this machine nothing leads elsewhere."""

    def __init__(self, account: Account, browser: httpx.Client) -> None:
        self.account = account
        self.browser = browser
        self.answer: httpx.Response | None = None

    # --- going ------------------------------------------------------------------------------

    def open(self, url: str) -> Person:
        self.answer = self.browser.get(url)
        return self

    def press(self, label: str) -> Person:
        """Press the button with this text, and send its form."""
        button = next((b for b in self.soup.find_all("button") if _text(b) == label), None)
        assert button is not None, f"no button {label!r} at {self.where}"
        return self._send(button, {})

    def submit(self, **typed: str) -> Person:
        """Fill in the form that has these fields, and press its first button."""
        field = self.soup.select_one(f'[name="{next(iter(typed))}"]')
        assert field is not None, f"no field {next(iter(typed))!r} at {self.where}"
        form = field.find_parent("form")
        assert isinstance(form, Tag)
        button = form.find("button")
        assert isinstance(button, Tag)
        return self._send(button, typed)

    def _send(self, button: Tag, typed: dict[str, str]) -> Person:
        form = button.find_parent("form")
        assert isinstance(form, Tag)
        fields = {
            str(field["name"]): str(field.get("value", ""))
            for field in form.find_all("input")
            if field.get("name") and field.get("type") not in {"checkbox", "radio"}
        } | typed
        if button.get("name"):
            fields[str(button["name"])] = str(button.get("value", ""))
        target = urljoin(self.where, str(form.get("action") or self.where))
        here = urlsplit(self.where)
        if str(form.get("method", "get")).lower() == "get":
            self.answer = self.browser.get(target, params=fields)
        else:
            origin = {"Origin": f"{here.scheme}://{here.netloc}"}
            self.answer = self.browser.post(target, data=fields, headers=origin)
        return self

    # --- looking ----------------------------------------------------------------------------

    @property
    def where(self) -> str:
        assert self.answer is not None, "nothing was opened yet"
        return str(self.answer.url)

    @property
    def soup(self) -> BeautifulSoup:
        assert self.answer is not None, "nothing was opened yet"
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def page(self) -> str | None:
        """The fixed name of the provider's page; None on any other site's."""
        main = self.soup.find("main")
        name = main.get("data-page") if isinstance(main, Tag) else None
        return str(name) if name else None

    def json(self) -> Any:
        """What the app answered in the end."""
        assert self.answer is not None, "nothing was opened yet"
        assert self.answer.status_code == 200, f"{self.where}: {self.answer.text[:2000]}"
        assert "json" in self.answer.headers["Content-Type"], f"{self.where}: {_text(self.soup)}"
        return self.answer.json()

    # --- signing in -------------------------------------------------------------------------

    def prove_everything(self) -> Person:
        """Answer the provider's pages, whichever come, until the app is reached again."""
        seen = []
        for _ in range(MOST_PAGES):
            match self.page:
                case "sign-in":
                    self.submit(username=self.account.email, password=PASSWORD)
                case "second-factor":
                    self.submit(code=self.account.code())
                case "consent":
                    self.press("Allow")
                case _elsewhere:
                    return self
            seen.append(self.page)
        raise AssertionError(f"going in circles: {seen}")


@contextmanager
def at_a_browser(account: Account) -> Iterator[Person]:
    """Who goes away in the end."""
    with httpx.Client(follow_redirects=True, timeout=PATIENCE) as browser:
        yield Person(account, browser)


def _text(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())
