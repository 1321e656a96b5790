"""How far a long command is: a bar where somebody watches, nothing in a log."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import IO

_WIDTH = 24
_SECONDS_BETWEEN = 0.1


class Watched:
    """A file whose reading is watched. `told`: what stands behind the bar."""

    def __init__(self, file: IO[bytes], told: Callable[[], str]) -> None:
        self._file, self._told = file, told
        self._size, self._read = _size(file), 0
        self._is_watched, self._last = sys.stderr.isatty(), 0.0

    def read(self, most: int = -1) -> bytes:
        """The next bytes."""
        piece = self._file.read(most)
        self._read += len(piece)
        return piece

    def show(self) -> None:
        """Now, unless it was a moment ago."""
        if self._is_watched and time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._last = time.monotonic()
            self._write()

    def end(self) -> None:
        """The last word, and a new line."""
        if self._is_watched:
            self._write()
            sys.stderr.write("\n")

    def _write(self) -> None:
        part = min(1.0, self._read / self._size) if self._size else 0.0
        filled = int(_WIDTH * part)
        bar = "#" * filled + "." * (_WIDTH - filled)
        sys.stderr.write(f"\r{bar} {100 * part:3.0f} %  {self._told()}")
        sys.stderr.flush()


def _size(file: IO[bytes]) -> int:
    """0: nobody knows, of a pipe."""
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, AttributeError):
        return 0
