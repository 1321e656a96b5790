"""What the command can be told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crowd, peers
from benchmarks.database import KINDS
from benchmarks.operations import OPERATIONS
from benchmarks.peers import Peer, PeerRefused
from benchmarks.server import WORKERS

PEERS = "another provider on this machine, as benchmarks/peers/README.md says; repeatable"
NAMES = (*(operation.name for operation in OPERATIONS), crowd.NAME)


@dataclass(frozen=True, slots=True)
class Options:
    """A run. `duration`: seconds of one window; slow operations take a multiple of it."""

    databases: tuple[str, ...]
    only: frozenset[str]
    rounds: int
    duration: float
    people: int
    workers: tuple[int, ...]
    peers: tuple[Peer, ...]
    alg: str
    json: Path | None
    charts: Path | None

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
    parser.add_argument("--workers", type=_numbers, default=(WORKERS,), help="of ours: 1,2,4")
    parser.add_argument("--peer", type=_peer, action="append", default=[], help=PEERS)
    parser.add_argument("--charts", type=Path, help="a folder for charts as SVG")
    told = parser.parse_args(arguments)
    return Options(
        databases=(told.database,) if told.database else tuple(KINDS),
        only=frozenset(told.only),
        rounds=told.rounds,
        duration=0.4 if told.quick else 1.6,
        people=6 if told.quick else 12,
        alg=told.alg,
        workers=told.workers,
        peers=tuple(told.peer),
        json=told.json,
        charts=told.charts,
    )


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.split(","))
    if not all(1 <= number <= 16 for number in numbers):
        raise argparse.ArgumentTypeError("1 to 16 processes")
    return numbers


def _peer(text: str) -> Peer:
    try:
        return peers.read(Path(text))
    except PeerRefused as refused:
        raise argparse.ArgumentTypeError(str(refused)) from refused
