"""A sign-in that an administrator tries as a client: the real flow, with an answer that comes back
to us instead of to the app.

Our own redirect URI belongs to no client and is registered nowhere. `/authorize` takes it only with
the `state` of a trial that this administrator has begun for this very client, in the browser that
still has the session it was begun in, within ten minutes. So no request that somebody else builds
can have a code sent there. The code is bound to a verifier that never leaves the server: it is
derived from `state` under the key ring, and of `state` only the digest is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from idp import audit, clock, opaque
from idp.audit import catalogue
from idp.clients.registered import RegisteredClient
from idp.extensions import db, insert, keyring, rows_changed, settings
from idp.models import TrialSignIn
from idp.oauth.parameters import Parameters
from idp.oauth.rfc7636_pkce import challenge_of

PATH = "/admin/trial"
LIFETIME = timedelta(minutes=10)
LONGEST_SCOPE = 500
_ID = re.compile(r"[0-9a-f]{64}")
_TRIABLE = frozenset({"authorization_code", "client_credentials"})


@dataclass(frozen=True, slots=True)
class Trial:
    """One that is still open. `user_id`, `session_id`: of whoever tries it."""

    state: str
    client_id: str
    user_id: str
    session_id: str
    asked: dict[str, Any]
    ends_at: datetime

    @property
    def id(self) -> str:
        """Names it to whoever began it, and opens nothing."""
        return opaque.digest(self.state).hex()

    @property
    def verifier(self) -> str:
        """RFC 7636 §4.1; nobody but this server can make it."""
        return _derived("trial verifier", self.state)

    @property
    def nonce(self) -> str:
        return _derived("trial nonce", self.state)

    def parameters(self) -> Parameters:
        """The authorization request, as the app would send it."""
        wanted = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri(),
            "scope": self.asked.get("scope"),
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "acr_values": self.asked.get("acr_values"),
            "prompt": self.asked.get("prompt"),
        }
        return [(name, value) for name, value in wanted.items() if value]

    def admits(self, client: RegisteredClient, uri: str) -> bool:
        """Whether a request of this client may be answered at our own address."""
        return client.client_id == self.client_id and uri == redirect_uri()


@dataclass(frozen=True, slots=True)
class Begun:
    """One as whoever began it reads it. `told`: what came out, once it is finished."""

    ends_at: datetime
    told: dict[str, Any] | None


def redirect_uri() -> str:
    """Ours, and good for trials only."""
    return settings().issuer + PATH


def is_possible(client: RegisteredClient) -> bool:
    """Whether a sign-in as this app, or a token for it, can be tried here."""
    return client.is_enabled and bool(client.grant_types & _TRIABLE)


def needs_browser(client: RegisteredClient) -> bool:
    """Whether it signs people in; otherwise it acts for itself."""
    return "authorization_code" in client.grant_types


def begin(
    client: RegisteredClient, *, user_id: str, session_id: str, asked: dict[str, Any]
) -> Trial:
    """A new one. Its state can be read here and nowhere else."""
    ends_at = clock.now() + LIFETIME
    trial = Trial(opaque.make(), client.client_id, user_id, session_id, asked, ends_at)
    row = {
        "state_digest": opaque.digest(trial.state),
        "client_id": client.client_id,
        "user_id": user_id,
        "session_id": session_id,
        "asked": asked,
        "expires_at": ends_at,
    }
    rows_changed(insert(TrialSignIn).values(**row))
    audit.record(
        catalogue.TrialSignInBegun(
            client_id=client.client_id, asked=" ".join(f"{k}={v}" for k, v in asked.items() if v)
        )
    )
    return trial


def find(state: str) -> Trial | None:
    """One that has neither come to its end nor run out of time."""
    row = db.session.scalar(
        select(TrialSignIn).where(
            TrialSignIn.state_digest == opaque.digest(state),
            TrialSignIn.finished_at.is_(None),
            TrialSignIn.expires_at > clock.now(),
        )
    )
    if row is None:
        return None
    return Trial(state, row.client_id, row.user_id, row.session_id, row.asked, row.expires_at)


def finish(trial: Trial, told: dict[str, Any]) -> bool:
    """Close it, and keep for a moment what came out. False: it was closed already."""
    now = clock.now()
    still_open = (
        TrialSignIn.state_digest == opaque.digest(trial.state),
        TrialSignIn.finished_at.is_(None),
        TrialSignIn.expires_at > now,
    )
    values = {"finished_at": now, "expires_at": now + LIFETIME, "told": told}
    return rows_changed(update(TrialSignIn).where(*still_open).values(**values)) == 1


def begun_by(user_id: str, client: RegisteredClient, trial_id: str) -> Begun | None:
    """One of theirs with this app, as long as it is kept; nobody else reads what it told."""
    if not _ID.fullmatch(trial_id):
        return None
    row = db.session.scalar(
        select(TrialSignIn).where(
            TrialSignIn.state_digest == bytes.fromhex(trial_id),
            TrialSignIn.client_id == client.client_id,
            TrialSignIn.user_id == user_id,
            TrialSignIn.expires_at > clock.now(),
        )
    )
    return Begun(row.expires_at, row.told) if row else None


def _derived(purpose: str, state: str) -> str:
    return opaque.base64url(keyring().keyed_digest(purpose, state.encode("utf-8", "replace")))
