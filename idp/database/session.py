"""The unit of work: one connection and one transaction, with objects of the ORM only where they are
wanted.

Statements of the hot paths run on the connection itself. The ORM joins it when it is first asked,
before or after them, so there is never a second connection or transaction; where it was never
asked, its machinery is left out of the commit, which hears of the same events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_sqlalchemy.session import Session

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.orm import SessionTransaction


class UnitOfWork(Session):
    """A session whose connection is there before its ORM's transaction is."""

    _link: Connection | None = None
    _is_joined = False
    """Whether the ORM's transaction is known to be the connection's."""

    def link(self) -> Connection:
        """The connection, in a transaction that has begun."""
        found = self._link
        if found is not None and (self._is_joined or not super().in_transaction()):
            return found
        if not super().in_transaction():
            return self._borrowed()
        self._is_joined = True
        return self.connection()

    def _borrowed(self) -> Connection:
        if self._link is None:
            link = self._db.engine.connect()
            # So that nothing is ever done on another one, should this one break and be replaced.
            link.begin()
            self._link = link
        return self._link

    def get_bind(
        self, *_of: object, bind: Engine | Connection | None = None, **_more: object
    ) -> Engine | Connection:
        """There is one database."""
        return bind if bind is not None else self._borrowed()

    def in_transaction(self) -> bool:
        return self._link is not None or super().in_transaction()

    def begin_nested(self) -> SessionTransaction:
        nested = super().begin_nested()
        self.connection()  # or the savepoint would stand behind what is done without the ORM
        return nested

    def commit(self) -> None:
        if not super().in_transaction():
            self.dispatch.before_commit(self)
        # Whoever listens may have asked the ORM, and then hears of the commit once more.
        if super().in_transaction():
            if self._link is not None:
                self.connection()
            super().commit()
        else:
            if self._link is not None:
                self._link.commit()
            self.dispatch.after_commit(self)
        self._give_back()

    def rollback(self) -> None:
        try:
            if super().in_transaction():
                super().rollback()
            else:
                if self._link is not None:
                    self._link.rollback()
                self.dispatch.after_rollback(self)
        finally:
            self._give_back()

    def close(self) -> None:
        try:
            if super().in_transaction() or len(self.identity_map):
                super().close()
        finally:
            self._give_back()

    def invalidate(self) -> None:
        """Give up the connection: it broke, or nobody knows what state it is in."""
        try:
            super().invalidate()
        finally:
            if self._link is not None:
                self._link.invalidate()
            self._give_back()

    def _give_back(self) -> None:
        """What was not committed is rolled back."""
        link, self._link, self._is_joined = self._link, None, False
        if link is not None:
            link.close()


OPTIONS: dict[str, Any] = {
    "class_": UnitOfWork,
    "autoflush": True,
    "expire_on_commit": False,
    "join_transaction_mode": "control_fully",
}
