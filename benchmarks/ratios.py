"""One table of ratios: ours on one database against the other, and against each peer beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import ascii_uppercase

from benchmarks.measurement import Measurement
from benchmarks.report import label, ratio, table
from benchmarks.rounds import Results

Figure = Callable[[Measurement], float]
Pair = tuple[int, int]
"""Numbers of the results that are compared."""


def text(results: Sequence[Results]) -> str:
    """More than 1.00 is in favour of what stands before the stroke."""
    names = [f"{ascii_uppercase[number]}  {label(one)}" for number, one in enumerate(results)]
    pairs = list(_pairs(results))
    return "\n".join(
        [
            *names,
            "\nrequests per second",
            _ratios(results, pairs, _per_second),
            "\nrequests per second of CPU time, server and database",
            _ratios(results, pairs, _per_cpu_second),
        ]
    )


def _pairs(results: Sequence[Results]) -> Iterator[Pair]:
    """A peer is measured by turns with the one of ours before it, so with no other."""
    ours = 0
    for number, one in enumerate(results):
        if one.workers:
            ours = number
        if number:
            yield (0, number) if one.workers else (ours, number)


def _ratios(results: Sequence[Results], pairs: Sequence[Pair], figure: Figure) -> str:
    titles = [f"{ascii_uppercase[one]}/{ascii_uppercase[other]}" for one, other in pairs]
    rows = [("", *titles)]
    for name in results[0].operations:
        cells = (_ratio(results[one], results[other], name, figure) for one, other in pairs)
        rows.append((name, *cells))
    return table(rows)


def _ratio(one: Results, other: Results, name: str, figure: Figure) -> str:
    if name not in other.operations:
        return "not offered"
    return ratio(*([figure(each) for each in both.operations[name]] for both in (one, other)))


def _per_second(one: Measurement) -> float:
    return one.rate


def _per_cpu_second(one: Measurement) -> float:
    spent = one.server_cpu + one.database_cpu
    return 1000 / spent if spent else 0.0
