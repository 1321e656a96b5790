"""A whole run on one database: everything in turn, several times over.

So the machine's mood does not decide a comparison.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import crowd, yardsticks
from benchmarks.browser import ComeBackLater
from benchmarks.counts import CountingConnection, Counts, count_operation
from benchmarks.crowd import Beside, token_beside_sign_ins
from benchmarks.deployment import Deployment, deployed
from benchmarks.http import Wrong
from benchmarks.measurement import Measurement, measure_operation, meters
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.options import Options
from benchmarks.peers import Peer
from benchmarks.processes import cpu_seconds, memory_of
from benchmarks.server import Server, ServerFailed, running
from benchmarks.stock import Stock
from benchmarks.target import Target


@dataclass(slots=True)
class Results:
    """One entry in each list for a round."""

    name: str
    """The database, or the peer."""
    workers: int
    """Processes of ours; 0 where nobody told us."""
    plain: list[Measurement] = field(default_factory=list)
    hashes: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    operations: dict[str, list[Measurement]] = field(default_factory=dict)
    beside: list[Beside] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    memory_before: list[float] = field(default_factory=list)
    memory_after: list[float] = field(default_factory=list)
    not_offered: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Measured:
    """One provider of a run, and where its figures go."""

    results: Results
    stock: Stock
    pid: int
    memory: Callable[[], list[float]]


async def run(kind: str, workers: int, options: Options, plain: Server) -> list[Results]:
    """Deploy, count, measure, remove. Ours first, then each peer that is measured beside it."""
    results = Results(kind, workers)
    _say(f"{kind}, {workers} workers: setting up a deployment with {options.people} people")
    with deployed(kind, options.people, options.alg) as deployment:
        try:
            return await _count_and_measure(results, deployment, options, plain)
        except (Wrong, ComeBackLater) as failure:
            end_of_log = deployment.log.read_text(errors="replace")[-2000:]
            raise ServerFailed(f"{failure}\nThe server's log ends:\n{end_of_log}") from failure


async def _count_and_measure(
    results: Results, deployment: Deployment, options: Options, plain: Server
) -> list[Results]:
    ours = deployment.provider()
    # Counted first: the crowd of the rounds may leave people whom a limit asks to wait.
    with _serving("benchmarks.counting:app", deployment, 1) as server:
        two = Target(ours, ours.people[:2], server.port, CountingConnection)
        await _count(results, await _stocked(two), options)
    with _serving("wsgi:app", deployment, results.workers) as server:
        stock = await _stocked(Target(ours, ours.people, server.port))
        measured = [Measured(results, stock, server.pid, server.memory)]
        measured += [await _beside(peer) for peer in options.peers]
        await _measure(measured, options, plain, deployment.folder)
    return [one.results for one in measured]


async def _beside(peer: Peer) -> Measured:
    """Everybody has signed in there too. Raises `ServerFailed`."""
    _say(f"{peer.name}: everybody signs in")
    theirs = peer.provider()
    used = cpu_seconds(peer.pid)
    try:
        stock = await _stocked(Target(theirs, theirs.people, peer.port))
    except (Wrong, ComeBackLater, OSError) as failure:
        raise ServerFailed(f"{peer.name}: {failure}") from failure
    if cpu_seconds(peer.pid) <= used:
        raise ServerFailed(f"{peer.name}: process {peer.pid} did none of the work; see its `pid`")
    return Measured(Results(peer.name, 0), stock, peer.pid, lambda: memory_of(peer.pid))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _serving(app: str, deployment: Deployment, workers: int) -> AbstractContextManager[Server]:
    return running(
        app, deployment.environment, deployment.log, health_path="/readyz", workers=workers
    )


async def _stocked(target: Target) -> Stock:
    """The endpoints are known, everybody has signed in and allowed the apps what they want."""
    await target.discover()
    stock = Stock(target)
    await stock.fill()
    return stock


async def _measure(
    measured: Sequence[Measured], options: Options, plain: Server, folder: Path
) -> None:
    for one in measured:
        one.results.memory_before = one.memory()
        one.results.not_offered = [
            chosen.name for chosen in _chosen(options) if not chosen(one.stock).is_offered()
        ]
    for number in range(options.rounds):
        _say(f"{measured[0].results.name}: round {number + 1} of {options.rounds}")
        await _measure_yardsticks([one.results for one in measured], options, plain, folder)
        # Whoever comes second may meet what the first one left to the disk: they change places.
        in_turn = measured if number % 2 == 0 else measured[::-1]
        for chosen in _chosen(options):
            for one in in_turn:
                await _measure_one(one, chosen, options.duration)
        if options.wants(crowd.NAME):
            for one in measured:
                read = meters(one.pid, one.stock.target)
                beside = await token_beside_sign_ins(one.stock, read, options.duration)
                one.results.beside.append(beside)
    for one in measured:
        one.results.memory_after = one.memory()


async def _measure_yardsticks(
    results: Sequence[Results], options: Options, plain: Server, folder: Path
) -> None:
    json = await yardsticks.plain_json(plain, options.duration)
    hashes = yardsticks.hashes_per_second(options.duration)
    commits = yardsticks.commits_per_second(folder, options.duration / 4)
    for one in results:
        one.plain.append(json)
        one.hashes.append(hashes)
        one.commits.append(commits)


async def _measure_one(one: Measured, chosen: type[Operation], duration: float) -> None:
    operation = chosen(one.stock)
    if not operation.is_offered():
        return
    try:
        figures = await measure_operation(operation, meters(one.pid, one.stock.target), duration)
    except (Wrong, OSError) as failure:
        raise ServerFailed(f"{one.results.name}, {operation.name}: {failure}") from failure
    one.results.operations.setdefault(operation.name, []).append(figures)


def _chosen(options: Options) -> list[type[Operation]]:
    return [one for one in OPERATIONS if options.wants(one.name)]


async def _count(results: Results, stock: Stock, options: Options) -> None:
    _say(f"{results.name}: counting statements")
    for chosen in _chosen(options):
        operation = chosen(stock)
        if operation.is_offered():
            results.counts[operation.name] = await count_operation(operation)
