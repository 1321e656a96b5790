"""A relying party that believes nothing: it checks every signature by the keys that it was told."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.reliability.ledger import Ledger
from tests.reliability.wire import Away, Lost, Wire
from tests.support.relying_party import header

ALGORITHMS = ["ES256", "RS256"]


class Witness:
    """It asks for the keys again when those that it has are too old, or, if it is `curious`, when
    it meets one that it does not know.
    """

    def __init__(self, ports: list[int], ledger: Ledger, *, keeps: float, patience: float) -> None:
        self.wire = Wire(ports, ledger)
        self.ledger = ledger
        self.keeps, self.patience = keeps, patience
        self.seen: set[str] = set()
        """The keys that have signed."""
        self.checked = 0
        self._keys: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._turn = asyncio.Lock()

    async def see(self, told: dict[str, Any]) -> None:
        """An answer of the token endpoint."""
        for name in ("access_token", "id_token"):
            if name in told:
                await self._check(name, told[name])

    async def _check(self, name: str, token: str) -> None:
        kid = header(token)["kid"]
        self.seen.add(kid)
        deadline = time.monotonic() + self.patience
        async with self._turn:
            if time.monotonic() - self._read_at > self.keeps:
                await self._read()
            while kid not in self._keys and time.monotonic() < deadline:
                await asyncio.sleep(0.2)
                await self._read()
        if kid not in self._keys:
            self.ledger.broke(f"the {name} is signed by a key that was not published")
            return
        try:
            jws.deserialize_compact(
                token, KeySet.import_key_set({"keys": [self._keys[kid]]}), ALGORITHMS
            )
        except JoseError as error:
            self.ledger.broke(f"the signature of an {name} is wrong: {type(error).__name__}")
        self.checked += 1

    async def _read(self) -> None:
        try:
            response = await self.wire.send("GET", "/jwks")
        except (Lost, Away):
            return
        self._keys = {key["kid"]: key for key in json.loads(response.body)["keys"]}
        self._read_at = time.monotonic()
