"""What the command can be told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crowd
from benchmarks.database import KINDS
from benchmarks.operations import OPERATIONS

NAMES = (*(operation.name for operation in OPERATIONS), crowd.NAME)


@dataclass(frozen=True, slots=True)
class Options:
    """A run. `duration`: seconds of one window; slow operations take a multiple of it."""

    databases: tuple[str, ...]
    only: frozenset[str]
    rounds: int
    duration: float
    people: int
    alg: str
    json: Path | None

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


def parse(arguments: Sequence[str] | None = None) -> Options:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short windows, for a first look")
    parser.add_argument("--database", choices=sorted(KINDS), help="only this one")
    parser.add_argument("--only", action="append", default=[], choices=NAMES, help="repeatable")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 11), metavar="1..10")
    parser.add_argument("--alg", default="ES256", choices=("ES256", "RS256"), help="of ID tokens")
    parser.add_argument("--json", type=Path, help="write every figure of every round here")
    told = parser.parse_args(arguments)
    return Options(
        databases=(told.database,) if told.database else tuple(KINDS),
        only=frozenset(told.only),
        rounds=told.rounds,
        duration=0.4 if told.quick else 1.6,
        people=6 if told.quick else 12,
        alg=told.alg,
        json=told.json,
    )
