"""A person at a real Chromium: with everything, without scripts, or without a mouse.

Whatever the browser complains about on the way (policy violations, script errors, missing files,
server errors) makes the test fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.support.factories import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Locator,
        Page,
        Response,
        WebError,
    )

PATIENCE = 15_000  # milliseconds; machines that run two tests at once are slow at times
MOST_TABS = 60
expect.set_options(timeout=PATIENCE)

_FOCUS = """element => {
  const style = getComputedStyle(element);
  return document.activeElement === element
    && {width: parseFloat(style.outlineWidth), style: style.outlineStyle};
}"""


class Way(StrEnum):
    """How somebody uses a browser."""

    EVERYTHING = "mouse"
    WITHOUT_SCRIPTS = "no-script"
    KEYBOARD = "keyboard"


@dataclass
class Complaints:
    """What a browser said was wrong, on any page of any tab."""

    said: list[tuple[str, str]] = field(default_factory=list)
    error_pages: set[str] = field(default_factory=set)

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._script_error)
        context.on("response", self._response)

    def forgive(self, status: int) -> None:
        """A server error that the test itself has caused."""
        self.said = [(text, url) for text, url in self.said if text != f"status {status}"]

    def left(self) -> list[str]:
        """A refused form is a page with status 422, which Chromium also logs as an error."""
        return [
            f"{text} ({url})"
            for text, url in self.said
            if not (text.startswith("Failed to load resource") and url in self.error_pages)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append((message.text, message.location["url"]))

    def _script_error(self, error: WebError) -> None:
        self.said.append((str(error.error), error.page.url if error.page else ""))

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if is_page and response.status >= 400:
            self.error_pages.add(response.url)
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.said.append((f"status {response.status}", response.url))


@dataclass
class Visitor:
    """One tab. Fields by their names, buttons and links by their texts."""

    page: Page
    complaints: Complaints

    # --- looking ----------------------------------------------------------------------------

    def is_at(self, name: str) -> Visitor:
        """The page with this `data-page` is shown, or will be in a moment."""
        expect(self.page.locator(f'main[data-page="{name}"]')).to_be_visible()
        return self

    def reads(self, text: str) -> Visitor:
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def has_everything(self) -> Visitor:
        """What the page asks for by itself has come: its pictures, and what it may offer."""
        self.page.wait_for_load_state("networkidle")
        return self

    def text_of(self, selector: str) -> str:
        return self.page.locator(selector).first.text_content() or ""

    def texts_of(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_text_contents()

    def claims(self, name: str) -> dict[str, Any]:
        """What the example app shows of `id_token` or `userinfo`."""
        shown: dict[str, Any] = json.loads(self.text_of(f'[data-claims="{name}"]'))
        return shown

    # --- doing ------------------------------------------------------------------------------

    def open(self, url: str) -> Visitor:
        self.page.goto(url)
        return self

    def fill(self, **values: str) -> Visitor:
        for name, value in values.items():
            self._type(self.page.locator(f'main [name="{name}"]:visible'), value)
        return self

    def tick(self, name: str) -> Visitor:
        self._press(self.page.locator(f'main [name="{name}"]'))
        return self

    def press(self, label: str) -> Visitor:
        self._press(self.page.get_by_role("button", name=label, exact=True))
        return self

    def choose(self, email: str) -> Visitor:
        """The account with this address, of those that are signed in."""
        self._press(self.page.locator("button[name=sid]", has_text=email))
        return self

    def follow(self, label: str) -> Visitor:
        links = self.page.get_by_role("main").get_by_role("link", name=label, exact=True)
        self._press(links)
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> Visitor:
        self.is_at("sign-in")
        return self.fill(username=email, password=password).press("Sign in")

    def enter_code(self, code: str) -> Visitor:
        self.is_at("second-factor")
        return self.fill(code=code).press("Continue")

    def _type(self, field_: Locator, text: str) -> None:
        field_.fill(text)

    def _press(self, target: Locator) -> None:
        target.click()


class KeyboardVisitor(Visitor):
    """Tab, Enter and Space only; and the eye must be able to follow where the focus is."""

    def _type(self, field_: Locator, text: str) -> None:
        self._reach(field_)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def _press(self, target: Locator) -> None:
        self._reach(target)
        is_checkbox = target.get_attribute("type") == "checkbox"
        self.page.keyboard.press("Space" if is_checkbox else "Enter")

    def _reach(self, target: Locator) -> None:
        target.wait_for()
        self.page.wait_for_load_state()  # without its style sheets a page looks otherwise
        for _ in range(MOST_TABS):
            focus = target.evaluate(_FOCUS)
            if focus:
                assert focus["style"] != "none", f"nobody sees that {target} has the focus"
                assert focus["width"] >= 2, f"the focus of {target} is hard to see"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab at {self.page.url}")


@contextmanager
def visiting(chromium: Browser, way: Way = Way.EVERYTHING, **options: Any) -> Iterator[Visitor]:
    """A browser that has never been anywhere; fails in the end if it complained."""
    has_scripts = way is not Way.WITHOUT_SCRIPTS
    with chromium.new_context(java_script_enabled=has_scripts, **options) as context:
        context.set_default_timeout(PATIENCE)
        complaints = Complaints()
        complaints.listen_to(context)
        kind = KeyboardVisitor if way is Way.KEYBOARD else Visitor
        yield kind(context.new_page(), complaints)
        assert not complaints.left(), "\n".join(complaints.left())
