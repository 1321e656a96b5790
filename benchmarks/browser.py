"""A person's browser without a window: cookies, redirects, and the forms of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from benchmarks.cookies import Cookies
from benchmarks.http import Connection, Response, Wrong, message

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 503})
PRESSED = frozenset({"submit", "image", "button"})
TICKED = frozenset({"checkbox", "radio"})
MOST_STEPS = 16


class ComeBackLater(Exception):
    """The server is busy and says when to try again; it promised that, so it is no error."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"busy for {seconds} s")
        self.seconds = seconds


@dataclass(slots=True)
class Form:
    """A form as it stands on the page: what it would send without anything typed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.fields or any(button == name for button, _ in self.buttons)


class Page(HTMLParser):
    """The page's fixed name, and its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.name = ""
        self.forms: list[Form] = []
        self.feed(html)

    def form_with(self, name: str) -> Form:
        """The form that holds this field or button."""
        for form in self.forms:
            if form.has(name):
                return form
        raise Wrong(f"no form with {name} on {self.name or 'a page without name'}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "main":
            self.name = values.get("data-page", "")
        elif tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif self.forms and values.get("name"):
            kind = values.get("type", "").lower()
            if tag == "button" or (tag == "input" and kind in PRESSED):
                self.forms[-1].buttons.append((values["name"], values.get("value", "")))
            elif tag == "input" and (kind not in TICKED or "checked" in values):
                self.forms[-1].fields[values["name"]] = values.get("value", "")


@dataclass(slots=True)
class Browser:
    """One cookie jar. Requests go to the server's port, whatever the issuer is called."""

    connection: Connection
    issuer: str
    address: str
    """Where it seems to come from: the limits count by address, as behind a proxy."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Headers that a proxy would add."""
    cookies: Cookies = field(default_factory=Cookies)
    url: str = ""

    async def go(self, url: str, until: str, fields: dict[str, str] | None = None) -> Page | str:
        """Open, or send a form, and follow redirects: to a page, or to an address elsewhere."""
        self.url = urljoin(self.url or self.issuer, url)
        for _ in range(MOST_STEPS):
            response = await self._request(fields)
            if response.status in REDIRECTS:
                self.url = urljoin(self.url, response.header("location"))
                if self.url.startswith(until):
                    return self.url
                fields = None
            elif response.status == 200:
                return Page(response.body.decode())
            elif response.status in BUSY:
                raise ComeBackLater(float(response.header("retry-after") or 1))
            else:
                raise Wrong(f"{response.status} at {urlsplit(self.url).path.rpartition('/')[2]}")
        raise Wrong("redirected in circles")

    async def _request(self, fields: dict[str, str] | None) -> Response:
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        issuer = urlsplit(self.issuer)
        headers = {"Host": issuer.netloc, "X-Forwarded-For": self.address}
        headers |= self.added
        if cookies := self.cookies.header(parts.path):
            headers["Cookie"] = cookies
        if fields is not None:
            headers["Origin"] = f"{issuer.scheme}://{issuer.netloc}"
        method = "GET" if fields is None else "POST"
        response = await self.connection.send(message(method, path, headers, fields))
        for line in response.headers("set-cookie"):
            self.cookies.take(line, parts.path)
        return response
