"""Threads of one process take turns at a database that computes inside the process.

SQLite lets go of the interpreter at every step of a statement, so threads that ask at the same time
change places a dozen times in each request. Here whoever comes first does the work of all who come
meanwhile, one after another, hands the turn to the next, and makes durable by one sync what they
have committed (docs/decisions/0037).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection
from typing import Protocol

from idp.database.durability import Log, Postponed

PATIENCE_SECONDS = 0.1
"""Whoever has waited so long looks after his own work: the thread that has the turn is held up."""


class Work(Protocol):
    """What is done in a turn. It may run in another thread than the one that brought it."""

    def begin(self) -> None:
        """Up to the commit, which is not durable yet."""

    def end(self, problem: OSError | None) -> None:
        """It is, or it is unknown whether it is. Also called after a beginning that raised."""


class _Piece:
    """Work that somebody has brought, and waits for."""

    __slots__ = ("_claim", "_error", "_work", "has_begun", "is_called", "leads", "logs")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._error: BaseException | None = None
        self._claim = threading.Lock()
        self.has_begun = False
        """Whether all of its beginning is done."""
        self.logs: Collection[Log] = ()
        """To which it has committed."""
        self.leads = False
        """Whether the thread that waits is called because it has the turn now."""
        self.is_called = threading.Lock()
        """Held while that thread has to wait."""

    def begin(self) -> None:
        """Never raises."""
        try:
            with Postponed() as self.logs:
                self._work.begin()
        except BaseException as error:  # noqa: BLE001  it is told to the thread that brought it
            self._error = error
        self.has_begun = True

    def end(self, problem: OSError | None) -> None:
        """Once, whoever comes to it first. Never raises."""
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._work.end(problem)
        except BaseException as error:  # noqa: BLE001  as above
            self._error = error
        self.is_called.release()

    def tell(self) -> None:
        """Raises what the work has raised."""
        if self._error is not None:
            raise self._error


class Turns:
    """One thread has the turn and works for all; the others wait in line."""

    def __init__(self) -> None:
        self._choice = threading.Lock()
        self._line: deque[_Piece] = deque()
        self._is_taken = False
        self._is_held_up = False
        """Then nobody waits for the turn before it is handed over."""

    def take(self, work: Work) -> None:
        """When this returns, the work has ended. Raises what it raises."""
        mine = _Piece(work)
        mine.is_called.acquire()
        if self._is_held_up:
            _do_alone(mine)
        elif self._comes_first(mine):
            self._do_all(mine)
        else:
            self._wait(mine)
        mine.tell()

    def _comes_first(self, mine: _Piece) -> bool:
        with self._choice:
            if self._is_taken:
                self._line.append(mine)
                return False
            self._is_taken = True
            return True

    def _wait(self, mine: _Piece) -> None:
        while not mine.is_called.acquire(timeout=PATIENCE_SECONDS):
            if self._leaves(mine):
                _do_alone(mine)
                return
            if mine.has_begun:
                _end([mine])
                return
        if mine.leads:
            self._do_all(mine)

    def _leaves(self, mine: _Piece) -> bool:
        """Whether it still stood in line."""
        with (
            self._choice
        ):  # as long as somebody stands in line, the turn is still to be handed over
            try:
                self._line.remove(mine)
            except ValueError:
                return False
            self._is_held_up = True
        return True

    def _do_all(self, mine: _Piece) -> None:
        """For those who are in line now: whoever comes later waits for one such round at most."""
        mine.begin()
        begun = [mine]
        for _ in range(len(self._line)):
            if (other := self._first()) is None:
                break
            other.begin()
            begun.append(other)
        lasting = [piece for piece in begun if piece.logs]
        for piece in begun:
            if not piece.logs:
                piece.end(None)
        self._hand_over()
        if lasting:
            _end(lasting)

    def _first(self) -> _Piece | None:
        try:
            return self._line.popleft()
        except IndexError:  # empty, be it because somebody has lost patience
            return None

    def _hand_over(self) -> None:
        with self._choice:
            follower = self._first()
            self._is_taken = follower is not None
            self._is_held_up = False
        if follower is not None:
            follower.leads = True
            follower.is_called.release()


def _do_alone(piece: _Piece) -> None:
    piece.begin()
    _end([piece])


def _end(begun: list[_Piece]) -> None:
    """All of them, by one sync."""
    problem = None
    for log in set[Log]().union(*(piece.logs for piece in begun)):
        try:
            log.settle()
        except OSError as error:
            problem = error
    for piece in begun:
        piece.end(problem)
