"""What SQLite has committed is on the disk before anybody hears of it: one sync for all who wait.

A commit writes to the end of the write-ahead log and leaves the writers' line at once; only then is
the log made durable. One sync covers everything that was committed before it began, so whoever
comes while one runs shares the next one with all the others (docs/decisions/0032).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from weakref import WeakSet

PATIENCE_SECONDS = 5


class _Sync:
    """One that has not begun yet; who finds it first carries it out."""

    __slots__ = ("is_taken", "problem", "under_way")

    def __init__(self) -> None:
        self.is_taken = False
        self.problem: OSError | None = OSError("the sync was interrupted")
        self.under_way = threading.Lock()
        """Held until it has ended. Waiting at a lock costs a tenth of what an event does."""
        self.under_way.acquire()


class Log:
    """The write-ahead log of one database file, as one process keeps it durable.

    The log's own file is kept open: of a failure to write it back, whoever had it open meanwhile is
    told, and nobody else for sure. SQLite locks neither it nor anything by it; to open and close
    the database's file here would give up the locks that SQLite holds on it for this process.
    """

    def __init__(self, database: Path) -> None:
        # SQLite puts the log beside the file itself, not beside a link to it.
        self._database = database.resolve()
        self._path = self._database.with_name(f"{self._database.name}-wal")
        self._file: int | None = None
        self._is_doubtful = False
        self.forget_threads()
        _logs.add(self)

    def __del__(self) -> None:
        self._close()

    def settle(self) -> None:
        """When this returns, all is durable that had been committed before. Raises `OSError`, and
        then that is unknown. Where the thread has `postponed` it, it is only noted.
        """
        if _thread.postponed is not None:
            _thread.postponed.add(self)
            return
        with self._choice:
            mine, is_ours = self._next, not self._next.is_taken
            mine.is_taken = True
        if is_ours:
            self._carry_out(mine)
        else:
            with mine.under_way:
                pass
        if mine.problem is not None:
            raise OSError(*mine.problem.args) from mine.problem

    def forget_threads(self) -> None:
        """In a new child nobody carries out what others of its parent had begun; and of a failure
        the kernel tells only one of those who share a descriptor.
        """
        self._close()
        self._choice = threading.Lock()
        self._disk = threading.Lock()
        self._next = _Sync()

    def _carry_out(self, mine: _Sync) -> None:
        """As soon as the one before has ended. Who comes from then on has the next one."""
        try:
            with self._disk:
                self._close_to_others(mine)
                self._sync()
            mine.problem = None
        except OSError as error:
            mine.problem = error
        finally:
            self._close_to_others(mine)
            mine.under_way.release()

    def _close_to_others(self, mine: _Sync) -> None:
        with self._choice:
            if self._next is mine:
                self._next = _Sync()

    def _sync(self) -> None:
        if self._is_doubtful:
            self._begin_anew()
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            # Whoever closed the database last has written all of it into the database, durably.
            self._close()
            return
        try:
            if self._file is None or not os.path.samestat(found, os.fstat(self._file)):
                self._open()
            _make_durable(self._file)
        except OSError:
            self._is_doubtful = True
            raise

    def _open(self) -> None:
        self._close()
        self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        # A file that is new is lost with its name.
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _begin_anew(self) -> None:
        """After a failure the kernel takes for written what may not be, and would call the next
        sync a success: nothing is, until all of the log stands in the database.
        """
        try:
            with closing(sqlite3.connect(self._database, timeout=PATIENCE_SECONDS)) as link:
                link.execute("PRAGMA synchronous=FULL")
                is_busy, *_ = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise OSError(f"the log could not be written into the database: {error}") from error
        if is_busy:
            raise OSError("the log could not be written into the database: it is in use")
        self._is_doubtful = False


_logs: WeakSet[Log] = WeakSet()


class _Thread(threading.local):
    postponed: set[Log] | None = None


_thread = _Thread()


class Postponed:
    """No commit of this thread waits for the disk in here: `with` gives the logs that are written
    to. To settle them before anybody is answered is left to whoever asks for this.
    """

    def __enter__(self) -> set[Log]:
        self._before = _thread.postponed
        _thread.postponed = noted = set[Log]()
        return noted

    def __exit__(self, *_: object) -> None:
        _thread.postponed = self._before


def _make_durable(file: int | None) -> None:
    if file is not None:
        os.fdatasync(file)


def _forget_threads() -> None:
    _thread.postponed = None
    for log in _logs:
        log.forget_threads()


os.register_at_fork(after_in_child=_forget_threads)
