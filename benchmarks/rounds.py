"""A whole run on one database: everything in turn, several times over.

So the machine's mood does not decide a comparison.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from benchmarks import crowd, yardsticks
from benchmarks.browser import ComeBackLater
from benchmarks.counts import CountingConnection, Counts, count_operation
from benchmarks.crowd import Beside, token_beside_sign_ins
from benchmarks.deployment import Deployment, deployed
from benchmarks.http import Wrong
from benchmarks.measurement import Measurement, measure_operation, meters
from benchmarks.operations import OPERATIONS
from benchmarks.options import Options
from benchmarks.server import WORKERS, Server, ServerFailed, running
from benchmarks.stock import Stock
from benchmarks.target import Target


@dataclass(slots=True)
class Results:
    """One entry in each list for a round."""

    database: str
    plain: list[Measurement] = field(default_factory=list)
    hashes: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    operations: dict[str, list[Measurement]] = field(default_factory=dict)
    beside: list[Beside] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    memory_before: list[float] = field(default_factory=list)
    memory_after: list[float] = field(default_factory=list)
    not_offered: list[str] = field(default_factory=list)


async def run(kind: str, options: Options, plain: Server) -> Results:
    """Deploy, count, measure, remove."""
    results = Results(kind)
    _say(f"{kind}: setting up a deployment with {options.people} people")
    with deployed(kind, options.people, options.alg) as deployment:
        try:
            await _count_and_measure(results, deployment, options, plain)
        except (Wrong, ComeBackLater) as failure:
            end_of_log = deployment.log.read_text(errors="replace")[-2000:]
            raise ServerFailed(f"{failure}\nThe server's log ends:\n{end_of_log}") from failure
    return results


async def _count_and_measure(
    results: Results, deployment: Deployment, options: Options, plain: Server
) -> None:
    # Counted first: the crowd of the rounds may leave people whom a limit asks to wait.
    with _serving("benchmarks.counting:app", deployment, 1) as server:
        two = Target(deployment, deployment.people[:2], server.port, CountingConnection)
        await _count(results, await _stocked(two), options)
    with _serving("wsgi:app", deployment, WORKERS) as server:
        everybody = Target(deployment, deployment.people, server.port)
        await _measure(results, await _stocked(everybody), options, (server, plain))


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
    results: Results, stock: Stock, options: Options, servers: tuple[Server, Server]
) -> None:
    provider, plain = servers
    chosen = [one(stock) for one in OPERATIONS if options.wants(one.name)]
    offered = [operation for operation in chosen if operation.is_offered()]
    results.not_offered = [one.name for one in chosen if not one.is_offered()]
    results.memory_before = provider.memory()
    read = meters(provider.pid, stock.target)
    for number in range(options.rounds):
        _say(f"{results.database}: round {number + 1} of {options.rounds}")
        results.plain.append(await yardsticks.plain_json(plain, options.duration))
        results.hashes.append(yardsticks.hashes_per_second(options.duration))
        folder = stock.target.deployment.folder
        results.commits.append(yardsticks.commits_per_second(folder, options.duration / 4))
        for operation in offered:
            figures = await measure_operation(operation, read, options.duration)
            results.operations.setdefault(operation.name, []).append(figures)
        if options.wants(crowd.NAME):
            results.beside.append(await token_beside_sign_ins(stock, read, options.duration))
    results.memory_after = provider.memory()


async def _count(results: Results, stock: Stock, options: Options) -> None:
    _say(f"{results.database}: counting statements")
    for chosen in OPERATIONS:
        operation = chosen(stock)
        if options.wants(operation.name) and operation.is_offered():
            results.counts[operation.name] = await count_operation(operation)
