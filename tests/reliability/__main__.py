"""`python -m tests.reliability`: the long form. One scenario after the other, again and again.

Prints a line for each, and the sums at the end, also when it is told to end before its time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.figures import Figures
from tests.reliability.timetable import TIMETABLE, Scenario
from tests.support import run
from tests.support.postgres_guard import DURABLE, Account, first_that_works


def main() -> int:
    options = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [one for one in TIMETABLE if not options.only or options.only in one.name]
    if not chosen:
        raise SystemExit(f"no scenario's name has {options.only!r}")
    _say(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    kept: list[Figures] = []
    began = time.monotonic()
    with _run():
        try:
            for scenario in cycle(chosen):
                if time.monotonic() - began > options.minutes * 60:
                    break
                kept.append(_play(scenario))
        except KeyboardInterrupt:
            _say("told to end")
    return _sum_up(kept, time.monotonic() - began, options.json)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="begin nothing after this")
    parser.add_argument("--only", default="", help="a part of the scenarios' names")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


@contextmanager
def _run() -> Iterator[None]:
    """As for the tests, but on a PostgreSQL that is as durable as in production."""
    run.begin()
    server = first_that_works(Account.for_server(), DURABLE)
    os.environ["TEST_DATABASE_URL"] = server.url
    try:
        yield
    finally:
        run.end()
        server.stop()


def _play(scenario: Scenario) -> Figures:
    with TemporaryDirectory(prefix="idp-soak-") as name:
        try:
            figures = asyncio.run(scenario.play(Path(name)))
        except Exception as error:  # noqa: BLE001  it is a finding, and the others go on
            traceback.print_exc()
            figures = Figures(scenario.name, broken=[f"{type(error).__name__}: {error}"])
        if figures.broken:
            _keep_logs(Path(name), scenario.name)
    _say(_line(figures))
    for broken in figures.broken[:20]:
        _say(f"    BROKEN {broken}")
    return figures


def _keep_logs(folder: Path, name: str) -> None:
    kept = Path("var") / "soak"
    kept.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copyfile(log, kept / f"{time.strftime('%H%M%S')} {name} {log.name}")


def _line(one: Figures) -> str:
    return (
        f"{one.name}: {one.disturbances} disturbances, {one.answers} answers in "
        f"{one.seconds:.0f} s, {one.lost} lost, {one.away} times 503, {one.checked} judged, "
        f"slowest recovery {one.slowest_recovery:.1f} s, broken promises {len(one.broken)}"
    )


def _sum_up(kept: list[Figures], seconds: float, document: Path | None) -> int:
    _say(f"--- {seconds / 60:.0f} minutes")
    for name in dict.fromkeys(one.name for one in kept):
        same = [one for one in kept if one.name == name]
        total = Figures(
            name,
            disturbances=sum(one.disturbances for one in same),
            answers=sum(one.answers for one in same),
            seconds=sum(one.seconds for one in same),
            lost=sum(one.lost for one in same),
            away=sum(one.away for one in same),
            checked=sum(one.checked for one in same),
            slowest_recovery=max(one.slowest_recovery for one in same),
            broken=[broken for one in same for broken in one.broken],
        )
        _say(_line(total))
    if document:
        document.write_text(json.dumps([asdict(one) for one in kept], indent=1))
    return 1 if any(one.broken for one in kept) else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
