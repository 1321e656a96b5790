"""Connections that are kept open for single questions outside a unit of work.

To borrow one from the pool and to give it back, cleaned, costs as much as two short questions. They
read in autocommit, so nothing has to be cleaned, and a question can be asked again: a connection
that broke while nobody looked is replaced unseen, without asking first whether it still answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

MOST_KEPT = 4
"""They are missing in the pool: half of what it may grow by (`extensions.engine_options`)."""


class Readers:
    """Of one engine. Whoever asks takes one from the list, and puts it back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        if engine.dialect.name != "sqlite":  # which is opened in autocommit
            self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._kept: list[Connection] = []
        event.listen(engine, "engine_disposed", self._close_all)
        _readers.add(self)

    def ask(self, question: Callable[[Connection], T]) -> T:
        """What comes of a question, which may be asked twice."""
        kept = self._kept
        try:
            link = kept.pop()
        except IndexError:
            return self._ask(self._engine.connect(), kept, question)
        try:
            return self._ask(link, kept, question)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._ask(self._engine.connect(), kept, question)

    def forget(self) -> None:
        """A new child shares them with its parent: it must not use them, nor even close them."""
        _inherited.append(self._kept)
        self._kept = []

    def _ask(
        self, link: Connection, kept: list[Connection], question: Callable[[Connection], T]
    ) -> T:
        try:
            found = question(link)
        except BaseException:
            link.close()
            raise
        # Everything was closed meanwhile when there is another list.
        if len(kept) < MOST_KEPT and kept is self._kept:
            kept.append(link)
        else:
            link.close()
        return found

    def _close_all(self, _engine: object) -> None:
        kept, self._kept = self._kept, []
        for link in kept:
            link.detach()
            link.close()


_readers: WeakSet[Readers] = WeakSet()
_inherited: list[list[Connection]] = []


def _forget() -> None:
    for readers in _readers:
        readers.forget()


os.register_at_fork(after_in_child=_forget)
