"""granian, with a pause between the order to end and the end.

`idp serve` becomes this program, started by its path: it answers no request, so it loads nothing of
ours. SIGTERM makes a file, by which `/readyz` of the workers says 503 (`idp.leaving`), and granian
goes on as before until the pause is over; a second signal, or Ctrl-C, ends it at once.

Arguments: the file, the seconds, then granian's own.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from granian import cli
from granian.server.mp import MPServer


class LeavingServer(MPServer):
    """Announces its end. There is one in a process, to which these belong."""

    announcement = Path()
    pause_seconds = 0.0
    _is_announced = False

    def signal_handler_interrupt(self, number: int, _frame: FrameType | None) -> None:
        """What granian calls for SIGINT and SIGTERM."""
        if number != signal.SIGTERM or self._is_announced or not self.pause_seconds:
            self._end()
            return
        self._is_announced = True
        self.announcement.touch()
        end = threading.Timer(self.pause_seconds, self._end)
        end.daemon = True
        end.start()

    def _end(self) -> None:
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def main() -> None:
    """granian's command line, with our server."""
    program, announcement, seconds, *options = sys.argv
    LeavingServer.announcement, LeavingServer.pause_seconds = Path(announcement), float(seconds)
    sys.argv = [program, *options]
    cli.Server = LeavingServer  # type: ignore[attr-defined]  # no option of it names a class
    cli.entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
