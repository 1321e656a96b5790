"""The keys by which a client signs: registered, or published by it at its `jwks_uri`.

A published set is believed for ten minutes. A signature that it does not explain makes us look
again, at most once a minute for each client, since anybody can send us such a signature. Where no
set is to be had, nothing verifies.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from idp import clock, outbound
from idp.clients.registered import RegisteredClient
from idp.outbound import OutboundError
from idp.signing.foreign_jwt import ForeignJwt
from idp.signing.foreign_key import ForeignKey, read_set

MAXIMUM_AGE = timedelta(minutes=10)
REFETCH_PAUSE = timedelta(minutes=1)
FAILURE_PAUSE = timedelta(seconds=10)
"""A host that did not answer is left alone for so long; a call may take 2.5 seconds."""
MOST_SETS = 1_000
ACCEPTED = "application/jwk-set+json, application/json"

Keys = tuple[ForeignKey, ...]


def have_signed(client: RegisteredClient, jwt: ForeignJwt) -> bool:
    """Whether a key of this client made the token's signature."""
    return any(jwt.is_signed_by(keys) for keys in _key_sets(client))


def _key_sets(client: RegisteredClient) -> Iterator[Keys]:
    if client.jwks is not None:
        yield _imported(json.dumps(client.jwks))
    elif client.jwks_uri is not None:
        yield from _published_by(client.client_id, client.jwks_uri).sets()


@lru_cache(maxsize=MOST_SETS)
def _imported(jwks: str) -> Keys:
    """By the text of the set, since a change of the registration brings another one."""
    return read_set(json.loads(jwks))


@dataclass(slots=True)
class _Published:
    """A set as it was fetched. One thread at a time fetches, others wait for what it brings."""

    uri: str
    keys: Keys = ()
    fetched_at: datetime | None = None
    failed_at: datetime | None = None
    renewed_at: datetime | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def sets(self) -> Iterator[Keys]:
        """What we know; then, if that was not enough and not fetched just now, what is there."""
        if self._is_current:
            yield self.keys
            yield self._renewed()
        else:
            yield self._fetched()

    @property
    def _is_current(self) -> bool:
        return _is_within(MAXIMUM_AGE, self.fetched_at)

    def _fetched(self) -> Keys:
        with self._turn:
            if not self._is_current and not _is_within(FAILURE_PAUSE, self.failed_at):
                self._fetch()
            return self.keys if self._is_current else ()

    def _renewed(self) -> Keys:
        with self._turn:
            if not _is_within(REFETCH_PAUSE, self.renewed_at):
                self.renewed_at = clock.now()
                self._fetch()
            return self.keys if self._is_current else ()

    def _fetch(self) -> None:
        try:
            document = outbound.fetch_json(self.uri, accept=ACCEPTED)
        except OutboundError:
            # What was known stays good for the rest of its ten minutes, and no longer.
            self.failed_at = clock.now()
        else:
            self.keys, self.fetched_at = read_set(document), clock.now()


_published: dict[str, _Published] = {}
_registering = threading.Lock()


def _published_by(client_id: str, uri: str) -> _Published:
    with _registering:
        found = _published.get(client_id)
        if found is None or found.uri != uri:
            if len(_published) >= MOST_SETS:
                _published.clear()
            found = _published[client_id] = _Published(uri)
        return found


def _is_within(span: timedelta, instant: datetime | None) -> bool:
    """Never after the clock was set back, so that nothing is believed for longer than it may."""
    return instant is not None and timedelta(0) <= clock.now() - instant < span
