"""What operations leave for those after them: signed-in browsers, codes, tokens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from benchmarks.browser import Browser, ComeBackLater
from benchmarks.http import Connection, Wrong, message
from benchmarks.provider import Client, Person
from benchmarks.target import Code, Target, code_in

AT_ONCE = 2
"""Few enough that hardly anybody is told to come back."""
MOST_TRIES = 10


class Stock:
    """Of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.browsers: deque[Browser] = deque()
        self.codes: deque[Code] = deque()
        self.refresh_tokens: dict[Client, deque[str]] = {
            client: deque() for client in self._clients
        }
        self.access_tokens: list[str] = []

    @property
    def _clients(self) -> tuple[Client, Client]:
        return self.target.provider.keeping, self.target.provider.rotating

    async def fill(self) -> None:
        """Each signs in and allows both clients, so that later consent is remembered."""
        waiting = iter(self.target.people)
        await asyncio.gather(*(self._sign_in_one_by_one(waiting) for _ in range(AT_ONCE)))

    async def _sign_in_one_by_one(self, people: Iterator[Person]) -> None:
        connection = self.target.connection()
        for person in people:
            browser = self.target.browser(connection)
            for client in self._clients:
                code = await self._patiently(browser, client, person)
                answer = await self.target.exchange(connection, client, code)
                self.refresh_tokens[client].append(answer["refresh_token"])
                self.access_tokens.append(answer["access_token"])
            self.browsers.append(browser)
        connection.close()

    async def _patiently(self, browser: Browser, client: Client, person: Person) -> Code:
        for _ in range(MOST_TRIES):
            try:
                return await self.target.sign_in(browser, client, person)
            except ComeBackLater as busy:
                await asyncio.sleep(busy.seconds)
        return await self.target.sign_in(browser, client, person)

    async def mint(self, connection: Connection) -> Code:
        """A code by the next browser, which must be answered without a page."""
        browser = self.browsers[0]
        self.browsers.rotate(-1)
        path, verifier = self.target.authorization_request(self.target.provider.rotating)
        cookies = browser.cookies.header(self.target.path("authorization_endpoint"))
        headers = self.target.headers(Cookie=cookies)
        response = await connection.send(message("GET", path, headers))
        location = response.header("location")
        if not location.startswith(self.target.provider.redirect_uri):
            raise Wrong(f"{response.status}: not answered at once")
        return Code(code_in(location), verifier)
