"""When each secret of a client was last used, and from where: noted in memory by whoever accepts
one, written behind the answers, at most once a minute for each secret.

So the token endpoint pays for it with a look into a dictionary. What a process has not written when
it dies is lost: this tells who still has to change a secret, and proves nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from idp import clock, origin
from idp.extensions import db
from idp.models import Client, ClientSecret

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

PAUSE = timedelta(minutes=1)
DELAY_SECONDS = 5.0
MOST_REMEMBERED = 20_000

_log = structlog.get_logger(__name__)
_WRITE = (
    update(ClientSecret)
    .where(
        ClientSecret.digest == bindparam("used_digest"),
        or_(
            ClientSecret.last_used_at.is_(None),
            ClientSecret.last_used_at < bindparam("used_at"),
        ),
    )
    .values(last_used_at=bindparam("used_at"), last_used_from=bindparam("used_from"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class SecretUse:
    """One of a client's secrets. `is_newest`: the one that is to be used; others are replaced."""

    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str | None
    is_newest: bool


@dataclass
class _Noted:
    """Of one database."""

    waiting: dict[bytes, tuple[datetime, str]] = field(default_factory=dict)
    written: dict[bytes, datetime] = field(default_factory=dict)
    timer: threading.Timer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    writing: threading.Lock = field(default_factory=threading.Lock)

    def note(self, engine: Engine, digest: bytes, at: datetime) -> None:
        """Remember it; the first within a minute has it written, with where it came from."""
        last = self.written.get(digest)
        if last is not None and at - last < PAUSE:
            return
        with self.lock:
            if len(self.written) > MOST_REMEMBERED:
                self.written.clear()
            self.written[digest] = at
            self.waiting[digest] = (at, origin.current().address)
            if self.timer is None:
                self.timer = threading.Timer(DELAY_SECONDS, self.flush, (engine,))
                self.timer.daemon = True
                self.timer.start()

    def take(self) -> list[dict[str, Any]]:
        """What waits, for whoever writes it; in the same order everywhere, so that two who write
        never wait for each other.
        """
        with self.lock:
            waiting, self.waiting = self.waiting, {}
        return [
            {"used_digest": digest, "used_at": at, "used_from": address[:64]}
            for digest, (at, address) in sorted(waiting.items())
        ]

    def flush(self, engine: Engine) -> None:
        """Write what waits. A database that is away loses it, and no answer."""
        with self.writing:
            with self.lock:
                if self.timer is not None:
                    self.timer.cancel()
                self.timer = None
            rows = self.take()
            if not rows:
                return
            try:
                with engine.begin() as connection:
                    connection.execute(_WRITE, rows)
            except SQLAlchemyError as error:
                _log.warning("secret_use_lost", count=len(rows), problem=type(error).__name__)


_noted: WeakKeyDictionary[Engine, _Noted] = WeakKeyDictionary()


def note(digest: bytes) -> None:
    """This secret has just proven its client, from the address of the request in hand."""
    engine = db.engine
    _of(engine).note(engine, digest, clock.now())


def flush() -> None:
    """Write what this process knows, for whoever wants to read it."""
    _of(db.engine).flush(db.engine)


def of_client(client_id: str) -> list[SecretUse]:
    """Its secrets that are still good, the newest first. What waits to be written is written with
    the unit of work in hand, which may hold SQLite's only write lock already.
    """
    if rows := _of(db.engine).take():
        db.session.connection().execute(_WRITE, rows)
    now = clock.now()
    good = or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now)
    newest_first = (
        select(ClientSecret)
        .join(Client, Client.id == ClientSecret.client_id)
        .where(Client.client_id == client_id, good)
        .order_by(ClientSecret.expires_at.is_not(None), ClientSecret.expires_at.desc())
        .execution_options(populate_existing=True)
    )
    return [
        SecretUse(row.created_at, row.expires_at, row.last_used_at, row.last_used_from, number == 0)
        for number, row in enumerate(db.session.scalars(newest_first))
    ]


def _of(engine: Engine) -> _Noted:
    try:
        return _noted[engine]
    except KeyError:
        return _noted.setdefault(engine, _Noted())
