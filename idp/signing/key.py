"""A signing key in memory: its state at an instant, and the JOSE headers that it writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from idp import opaque
from idp.signing.algorithms import ALGORITHMS, Algorithm, AsymmetricKey


class State(StrEnum):
    """Computed from the instants of a key, never stored."""

    UPCOMING = "upcoming"
    """Published, so that relying parties know it before it signs."""
    ACTIVE = "active"
    RETIRING = "retiring"
    """Published and verifies what it signed, signs no more."""
    RETIRED = "retired"
    """No longer published; still verifies an `id_token_hint`."""


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """One key of one algorithm."""

    kid: str
    alg: str
    published_at: datetime
    activates_at: datetime
    retires_at: datetime | None
    retired_at: datetime | None
    public_jwk: dict[str, Any]
    key: AsymmetricKey = field(repr=False)
    _headers: dict[str | None, str] = field(default_factory=dict, init=False, repr=False)

    def state(self, now: datetime) -> State:
        """Where it stands in its life at an instant."""
        if now < self.activates_at:
            return State.UPCOMING
        if self.retires_at is None or now < self.retires_at:
            return State.ACTIVE
        if self.retired_at is None or now < self.retired_at:
            return State.RETIRING
        return State.RETIRED

    def header(self, typ: str | None) -> str:
        """The encoded JOSE header of a token of this type; the same bytes every time."""
        if typ not in self._headers:
            header = {"alg": self.alg, "kid": self.kid} | ({"typ": typ} if typ else {})
            text = json.dumps(header, separators=(",", ":"))
            self._headers[typ] = opaque.base64url(text.encode())
        return self._headers[typ]

    def sign(self, message: bytes) -> bytes:
        """The signature of a message. Only an active key is asked to."""
        return self._algorithm.sign(message, self.key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        return self._algorithm.verify(message, signature, self.key)

    @property
    def _algorithm(self) -> Algorithm:
        return ALGORITHMS[self.alg]
