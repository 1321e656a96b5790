"""What operations leave for those after them: signed-in browsers, codes, tokens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from benchmarks.browser import Browser
from benchmarks.deployment import REDIRECT_URI, Client, Person
from benchmarks.http import Connection, Wrong, message
from benchmarks.target import HOST, Code, Target, code_in

AT_ONCE = 2
"""Few enough that nobody is told to come back, even on a slow machine."""


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
        return self.target.deployment.keeping, self.target.deployment.rotating

    async def fill(self) -> None:
        """Each signs in and allows both clients, so that later consent is remembered."""
        waiting = iter(self.target.people)
        await asyncio.gather(*(self._sign_in_one_by_one(waiting) for _ in range(AT_ONCE)))

    async def _sign_in_one_by_one(self, people: Iterator[Person]) -> None:
        connection = self.target.connection()
        for person in people:
            browser = self.target.browser(connection)
            for client in self._clients:
                code = await self.target.sign_in(browser, client, person)
                answer = await self.target.exchange(connection, client, code)
                self.refresh_tokens[client].append(answer["refresh_token"])
                self.access_tokens.append(answer["access_token"])
            self.browsers.append(browser)
        connection.close()

    async def mint(self, connection: Connection) -> Code:
        """A code by the next browser, which must be answered without a page."""
        browser = self.browsers[0]
        self.browsers.rotate(-1)
        path, verifier = self.target.authorization_request(self.target.deployment.rotating)
        headers = {"Host": HOST, "Cookie": browser.cookie_header()}
        response = await connection.send(message("GET", path, headers))
        location = response.header("location")
        if not location.startswith(REDIRECT_URI):
            raise Wrong(f"{response.status}: not answered at once")
        return Code(code_in(location), verifier)
