"""The figures as a table: medians of the rounds, with the spread of what shakes most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import isnan, nan
from statistics import median

from benchmarks.crowd import RATE, WAITING, Beside
from benchmarks.measurement import Measurement
from benchmarks.rounds import Results
from benchmarks.yardsticks import COST

TITLES = (
    "operation",
    "req/s",
    "(least-most)",
    "p50 ms",
    "p99 ms",
    "errors",
    "CPU ms",
    "DB CPU",
    "SQL",
    "writes",
    "/ plain",
    "CPU x",
    "/ bcrypt",
    "driver",
)


def text(results: Results) -> str:
    """Everything about one database."""
    rows = [_row(results, "plain Flask JSON", results.plain)]
    rows += [_row(results, name, rounds) for name, rounds in results.operations.items()]
    parts = [label(results), table([TITLES, *rows]), *_remarks(results)]
    return "\n".join(parts)


def label(one: Results) -> str:
    """Whose figures they are."""
    return f"{one.name}, {one.workers} workers" if one.workers else one.name


def errors(results: Results) -> Counter[str]:
    """Every wrong answer of the run, by what was wrong."""
    found: Counter[str] = Counter()
    runs = [*results.operations.items(), ("plain", results.plain)]
    beside = [one for both in results.beside for one in (both.alone, both.crowded, both.sign_ins)]
    for name, rounds in [*runs, ("beside sign-ins", beside)]:
        for one in rounds:
            found.update({f"{name}: {kind}": count for kind, count in one.errors.items()})
    return found


def table(rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _row(results: Results, name: str, rounds: list[Measurement]) -> tuple[str, ...]:
    rates = [one.rate for one in rounds]
    counts = results.counts.get(name)
    return (
        name,
        f"{median(rates):.1f}",
        f"({min(rates):.0f}-{max(rates):.0f})",
        f"{_median(rounds, lambda one: one.p50):.2f}",
        f"{_median(rounds, lambda one: one.p99):.2f}",
        str(sum(sum(one.errors.values()) for one in rounds)),
        f"{_median(rounds, lambda one: one.server_cpu):.2f}",
        f"{_median(rounds, lambda one: one.database_cpu):.2f}",
        f"{counts.statements:.1f}" if counts else "",
        f"{counts.writes:.1f}" if counts else "",
        ratio(rates, [one.rate for one in results.plain]),
        ratio([one.server_cpu for one in rounds], [one.server_cpu for one in results.plain]),
        ratio(rates, results.hashes),
        f"{_median(rounds, lambda one: one.driver_cpu):.0%}",
    )


def _remarks(results: Results) -> list[str]:
    hashes = results.hashes
    busy = sum(one.busy for one in results.operations.get("sign-in", []))
    remarks = [
        f"raw bcrypt, cost {COST}, all cores:"
        f" {median(hashes):.2f}/s ({min(hashes):.2f}-{max(hashes):.2f})",
        f"durable SQLite commits, one writer: {median(results.commits):.0f}/s"
        f" ({min(results.commits):.0f}-{max(results.commits):.0f})",
        f"memory of each worker, MiB (PSS): {_mib(results.memory_before)} before,"
        f" {_mib(results.memory_after)} after the load",
    ]
    if busy:
        remarks.append(f"sign-ins told to come back later: {busy}")
    if results.not_offered:
        remarks.append(f"not announced, so not measured: {', '.join(results.not_offered)}")
    if results.beside:
        remarks.append(_crowd(results.beside))
    return remarks


def _crowd(rounds: list[Beside]) -> str:
    alone = [one.alone for one in rounds]
    crowded = [one.crowded for one in rounds]
    sign_ins = [one.sign_ins for one in rounds]
    p99 = [one.p99 for one in crowded]
    return (
        f"token endpoint at {RATE:.0f}/s: p99 {_median(alone, lambda one: one.p99):.1f} ms alone,"
        f" {median(p99):.1f} ms ({min(p99):.1f}-{max(p99):.1f}) with {WAITING} sign-ins waiting"
        f" ({_median(sign_ins, _rate):.1f} sign-ins/s, {sum(one.busy for one in sign_ins)} told to"
        f" come back), errors {sum(sum(one.errors.values()) for one in (*crowded, *sign_ins))}"
    )


def _rate(one: Measurement) -> float:
    return one.rate


def _median(rounds: Sequence[Measurement], figure: Callable[[Measurement], float]) -> float:
    """Of the rounds that have the figure: one without a single sample has no latency."""
    figures = [value for one in rounds if not isnan(value := figure(one))]
    return median(figures) if figures else nan


def ratio(figures: Sequence[float], yardstick: Sequence[float]) -> str:
    """Round by round: both have seen the same machine then."""
    pairs = [one / unit for one, unit in zip(figures, yardstick, strict=True) if unit]
    known = [one for one in pairs if not isnan(one)]
    return f"{median(known):.2f}" if known else "?"


def _mib(memory: list[float]) -> str:
    return " + ".join(f"{one:.0f}" for one in sorted(memory)) or "?"
