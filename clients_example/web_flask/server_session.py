"""Sessions that stay on the server: the cookie holds a random id and nothing else.

Tokens are worth more than a signed cookie, which the browser's owner can read, and they do not fit
into its 4 KB. A SQLite file serves one machine; several machines would use a database they share.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

LIFETIME = 8 * 3600  # seconds


class ServerSession(dict[str, Any], SessionMixin):
    """What `flask.session` is in this app. `renew()` after every sign-in."""

    def __init__(self, content: dict[str, Any], identifier: str | None) -> None:
        super().__init__(content)
        self.identifier = identifier
        self.abandoned: str | None = None

    def renew(self) -> None:
        """A new id: one that somebody planted before the sign-in is worth nothing after it."""
        self.abandoned, self.identifier = self.identifier, None


class ServerSessions(SessionInterface):
    """Reads the session before a request and stores it after."""

    def __init__(self, file: Path, *, cookie_name: str, secure: bool) -> None:
        self.file = file
        self.cookie_name = cookie_name
        self.secure = secure
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        with self._database() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS sessions"
                " (digest TEXT PRIMARY KEY, content TEXT NOT NULL, expires_at INTEGER NOT NULL)"
            )

    def open_session(self, _app: Flask, request: Request) -> ServerSession:
        """An unknown or expired id opens an empty session without one."""
        identifier = request.cookies.get(self.cookie_name, "")
        with self._database() as database:
            row = database.execute(
                "SELECT content FROM sessions WHERE digest = ? AND expires_at > ?",
                (_digest(identifier), int(time.time())),
            ).fetchone()
        return ServerSession(json.loads(row[0]), identifier) if row else ServerSession({}, None)

    def save_session(self, _app: Flask, session: SessionMixin, response: Response) -> None:
        """An empty session leaves neither row nor cookie."""
        if not isinstance(session, ServerSession):
            raise TypeError(type(session))
        with self._database() as database:
            if session.abandoned:
                _remove(database, session.abandoned)
            if session:
                self._store(database, session, response)
            elif session.identifier:
                _remove(database, session.identifier)
                response.delete_cookie(self.cookie_name)

    def end(self, *, sub: str | None, sid: str | None) -> None:
        """Whoever holds the cookie is signed out: of this session, or of all that the user has."""
        place, value = ("$.user.claims.sid", sid) if sid else ("$.user.claims.sub", sub)
        with self._database() as database:
            database.execute(
                "DELETE FROM sessions WHERE json_extract(content, ?) = ?", (place, value)
            )

    def _store(
        self, database: sqlite3.Connection, session: ServerSession, response: Response
    ) -> None:
        now = int(time.time())
        database.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
        if session.identifier is not None:
            # Not inserted again: it may have been ended while this request was under way.
            database.execute(
                "UPDATE sessions SET content = ?, expires_at = ? WHERE digest = ?",
                (json.dumps(session), now + LIFETIME, _digest(session.identifier)),
            )
            return
        identifier = secrets.token_urlsafe(32)
        database.execute(
            "INSERT INTO sessions VALUES (?, ?, ?)",
            (_digest(identifier), json.dumps(session), now + LIFETIME),
        )
        response.set_cookie(
            self.cookie_name, identifier, secure=self.secure, httponly=True, samesite="Lax"
        )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=5)) as database, database:
            yield database


def _digest(identifier: str) -> str:
    """A copy of the file opens nobody's session."""
    return hashlib.sha256(identifier.encode()).hexdigest()


def _remove(database: sqlite3.Connection, identifier: str) -> None:
    database.execute("DELETE FROM sessions WHERE digest = ?", (_digest(identifier),))
