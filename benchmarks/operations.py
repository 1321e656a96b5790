"""What is measured. Each operation prepares outside the clock and checks every answer."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any, ClassVar

from benchmarks.http import Connection, Wrong, message
from benchmarks.load import UsedUp
from benchmarks.provider import Client
from benchmarks.stock import Stock
from benchmarks.target import issued


class Operation(ABC):
    """`sample(lane)` is one measured thing; lanes run beside each other."""

    name: ClassVar[str]
    lanes: ClassVar[int] = 16
    """Enough that each worker has several, however the kernel deals out the connections."""
    stretch: ClassVar[float] = 1.0
    """How much longer than others it is measured."""
    warm_up: ClassVar[float] = 0.25
    """Seconds before the window opens."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.target = stock.target
        self.connections: list[Connection] = []

    def open(self) -> None:
        """Fresh connections; after one answer each, none is slower than the rest."""
        self.connections = [self.target.connection() for _ in range(self.lanes)]

    def close(self) -> None:
        for connection in self.connections:
            connection.close()

    def is_offered(self) -> bool:
        """Whether discovery announces it."""
        return True

    async def prepare(self) -> None:
        """Make what has to exist before the first sample."""
        return

    @abstractmethod
    async def sample(self, lane: int) -> None:
        """Raises `Wrong`, or `UsedUp` when what was prepared is spent."""


class _Fixed(Operation):
    """The same bytes each time."""

    needed: ClassVar[bytes]

    @abstractmethod
    def request(self) -> bytes: ...

    async def prepare(self) -> None:
        self._request = self.request()

    async def sample(self, lane: int) -> None:
        response = await self.connections[lane].send(self._request)
        if response.status != 200 or self.needed not in response.body:
            raise Wrong(f"{response.status}: {response.body[:60]!r}")


class Discovery(_Fixed):
    name, needed = "discovery", b'"token_endpoint"'

    def request(self) -> bytes:
        return self.target.discovery_request()


class Jwks(_Fixed):
    name, needed = "jwks", b'"keys"'

    def request(self) -> bytes:
        return message("GET", self.target.path("jwks_uri"), self.target.headers())


class ClientCredentials(_Fixed):
    name, needed = "client-credentials", b'"access_token"'

    def request(self) -> bytes:
        machine = self.target.provider.machine
        return self.target.token_request(machine, grant_type="client_credentials")


class Authorize(Operation):
    """A browser with a live session, consent remembered: answered in the same request."""

    name = "authorize"

    async def prepare(self) -> None:
        self.stock.codes.clear()

    async def sample(self, lane: int) -> None:
        self.stock.codes.append(await self.stock.mint(self.connections[lane]))


class CodeExchange(Operation):
    """Redeems what `authorize` has just minted; codes live for a minute."""

    name = "code-exchange"
    enough: int = 1200
    """Codes for a window; more are minted when this runs without `authorize`."""

    async def prepare(self) -> None:
        await asyncio.gather(*(self._mint(connection) for connection in self.connections))

    async def _mint(self, connection: Connection) -> None:
        for _ in range(self.enough):  # at most: what is refused here, `authorize` counts
            if len(self.stock.codes) >= self.enough:
                return
            with suppress(Wrong):
                self.stock.codes.append(await self.stock.mint(connection))

    async def sample(self, lane: int) -> None:
        if not self.stock.codes:
            raise UsedUp
        client = self.target.provider.rotating
        await self.target.exchange(self.connections[lane], client, self.stock.codes.popleft())


class _Refresh(Operation):
    """Follows chains of tokens; each is in one hand at a time."""

    @abstractmethod
    def client(self) -> Client: ...

    async def prepare(self) -> None:
        self._client = self.client()
        self._tokens = self.stock.refresh_tokens[self._client]
        self.lanes = min(self.lanes, len(self._tokens))  # type: ignore[misc]

    async def sample(self, lane: int) -> None:
        used = self._tokens.popleft()
        answer: dict[str, Any] = {}
        try:
            request = self.target.token_request(
                self._client, grant_type="refresh_token", refresh_token=used
            )
            answer = issued(await self.connections[lane].send(request), "access_token", "id_token")
        finally:
            self._tokens.append(answer.get("refresh_token", used))


class RefreshRotating(_Refresh):
    name = "refresh-rotating"

    def client(self) -> Client:
        return self.target.provider.rotating


class RefreshKeeping(_Refresh):
    name = "refresh-keeping"

    def client(self) -> Client:
        return self.target.provider.keeping


class UserInfo(Operation):
    name = "userinfo"

    async def prepare(self) -> None:
        await _renew_access_tokens(self)
        path = self.target.path("userinfo_endpoint")
        self._requests = [
            message("GET", path, self.target.headers(Authorization=f"Bearer {token}"))
            for token in self.stock.access_tokens
        ]

    async def sample(self, lane: int) -> None:
        request = self._requests[lane % len(self._requests)]
        response = await self.connections[lane].send(request)
        if response.status != 200 or b'"email"' not in response.body:
            raise Wrong(f"{response.status}: {response.body[:60]!r}")


class Introspection(Operation):
    name = "introspection"

    def is_offered(self) -> bool:
        return "introspection_endpoint" in self.target.metadata

    async def prepare(self) -> None:
        await _renew_access_tokens(self)
        client = self.target.provider.keeping
        self._requests = [
            self.target.client_request("introspection_endpoint", client, token=token)
            for token in self.stock.access_tokens
        ]

    async def sample(self, lane: int) -> None:
        request = self._requests[lane % len(self._requests)]
        response = await self.connections[lane].send(request)
        if response.status != 200 or response.json().get("active") is not True:
            raise Wrong(f"{response.status}: {response.body[:60]!r}")


class SignIn(Operation):
    """A whole sign-in by password in a fresh browser, from the request to the code."""

    name = "sign-in"
    lanes = 6  # hashes keep two cores busy; more would only be told to come back
    stretch = 2.5
    warm_up = 1.5

    async def sample(self, lane: int) -> None:
        browser = self.target.browser(self.connections[lane])
        client, person = self.target.provider.keeping, self.target.next_person()
        await self.target.sign_in(browser, client, person)


async def _renew_access_tokens(operation: Operation) -> None:
    """They live for ten minutes; a run may take longer."""
    client = operation.target.provider.keeping
    tokens = operation.stock.refresh_tokens[client]
    renewed = []
    for _ in range(len(tokens)):
        token = tokens.popleft()
        request = operation.target.token_request(
            client, grant_type="refresh_token", refresh_token=token
        )
        answer = issued(await operation.connections[0].send(request), "access_token")
        # A provider that can't keep one has replaced it.
        tokens.append(answer.get("refresh_token", token))
        renewed.append(answer["access_token"])
    operation.stock.access_tokens = renewed


OPERATIONS: tuple[type[Operation], ...] = (
    Discovery,
    Jwks,
    ClientCredentials,
    Authorize,
    CodeExchange,
    RefreshRotating,
    RefreshKeeping,
    UserInfo,
    Introspection,
    SignIn,
)
"""In this order: some live on what those before them leave."""
