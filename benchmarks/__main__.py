"""`python -m benchmarks`: measure on each database, print the tables, leave nothing running."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import charts, ratios, report, rounds
from benchmarks.deployment import SetUpFailed
from benchmarks.options import Options, parse
from benchmarks.rounds import Results
from benchmarks.server import THREADS, ServerFailed, running
from tests.support.postgres_guard import StartFailed


def main() -> int:
    options = parse()
    # So that being told to end runs the same clean-up as Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print(machine())
    try:
        results = asyncio.run(_measure_all(options))
    except (SetUpFailed, ServerFailed, StartFailed) as failure:
        print(f"The benchmark could not run.\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    _print(results)
    print(f"\n{time.monotonic() - began:.0f} s in all")
    if options.charts:
        charts.write(options.charts, results)
    if options.json:
        _write(options.json, results)
    return 1 if any(report.errors(one) for one in results) else 0


def machine() -> str:
    """What the figures depend on."""
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    packages = " ".join(f"{name} {version(name)}" for name in ("granian", "Flask", "SQLAlchemy"))
    return (
        f"{platform.platform()}, {len(os.sched_getaffinity(0))} cores, load before {load}\n"
        f"Python {platform.python_version()}, {packages}; workers of {THREADS} threads"
    )


async def _measure_all(options: Options) -> list[Results]:
    with TemporaryDirectory(prefix="idp-bench-") as name:
        log = Path(name) / "plain.log"
        with running("benchmarks.plain:app", dict(os.environ), log, health_path="/json") as plain:
            every: list[Results] = []
            for kind in options.databases:
                for workers in options.workers:
                    every += await rounds.run(kind, workers, options, plain)
            return every


def _print(results: Sequence[Results]) -> None:
    for one in results:
        print(f"\n{report.text(one)}")
        for kind, count in report.errors(one).most_common(10):
            print(f"  error x{count}: {kind}")
    if len(results) > 1:
        print(f"\n{ratios.text(results)}")


def _write(path: Path, results: Sequence[Results]) -> None:
    document = {"machine": machine(), "results": [asdict(one) for one in results]}
    path.write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    sys.exit(main())
