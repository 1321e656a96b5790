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

PATIENCE_SECONDS = 0.25
"""Who has waited so long for a turn goes without: somebody's work must wait for something else."""


class Work(Protocol):
    """What is done in a turn. It may run in another thread than the one that brought it."""

    def begin(self) -> None:
        """Up to the commit, which is not durable yet."""

    def end(self, problem: OSError | None) -> None:
        """It is, or it is unknown whether it is. Also called after a beginning that raised."""


class _Piece:
    """Work that somebody has brought, and waits for."""

    __slots__ = ("_error", "_work", "ended", "leads", "logs")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._error: BaseException | None = None
        self.logs: Collection[Log] = ()
        """To which it has committed."""
        self.leads = False
        """Whether the turn has been handed to the thread that waits for it."""
        self.ended = threading.Lock()
        """Held while that thread has to wait."""

    def begin(self) -> None:
        """Never raises."""
        try:
            with Postponed() as self.logs:
                self._work.begin()
        except BaseException as error:  # noqa: BLE001  it is told to the thread that brought it
            self._error = error

    def end(self, problem: OSError | None) -> None:
        """Never raises."""
        try:
            self._work.end(problem)
        except BaseException as error:  # noqa: BLE001  as above
            self._error = error
        self.ended.release()

    def tell(self) -> None:
        """Raises what the work has raised."""
        if self._error is not None:
            raise self._error


class Turns:
    """Who does the work of all is in turn; the others wait in line."""

    def __init__(self) -> None:
        self._choice = threading.Lock()
        self._line: deque[_Piece] = deque()
        self._is_taken = False

    def take(self, work: Work) -> None:
        """When this returns, the work has ended. Raises what it raises."""
        mine = _Piece(work)
        mine.ended.acquire()
        if self._comes_first(mine) or self._is_called(mine):
            self._do_all(mine)
        mine.tell()

    def _comes_first(self, mine: _Piece) -> bool:
        with self._choice:
            if self._is_taken:
                self._line.append(mine)
                return False
            self._is_taken = True
            return True

    def _is_called(self, mine: _Piece) -> bool:
        """Whether the turn has come to this thread. If not, its work is done."""
        while not mine.ended.acquire(timeout=PATIENCE_SECONDS):
            try:
                self._line.remove(mine)
            except ValueError:
                continue  # it is being done, or it is next
            mine.begin()
            _end([mine])
            return False
        return mine.leads

    def _do_all(self, mine: _Piece) -> None:
        """Of those who come now, each has its turn after one of these at the latest."""
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
        if follower is not None:
            follower.leads = True
            follower.ended.release()


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
