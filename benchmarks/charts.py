"""Bars as SVG, readable in light and dark: for each operation one bar per provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import isnan
from pathlib import Path
from statistics import median

from benchmarks.measurement import Measurement
from benchmarks.report import label
from benchmarks.rounds import Results

WIDTH = 760
LABELS = 150
"""Pixels that the names of the operations take."""
BAR = 14
GAP = 16
COLOURS = ("#3b6fd4", "#c2571a", "#2f8f57", "#8a4fbf", "#a88a00", "#5b6573")
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:14px}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
FIGURES: tuple[tuple[str, str, Callable[[Measurement], float]], ...] = (
    ("requests-per-second", "Requests per second (more is better)", lambda one: one.rate),
    (
        "cpu-per-request",
        "Milliseconds of CPU per request, server and database (less is better)",
        lambda one: one.server_cpu + one.database_cpu,
    ),
)


def write(folder: Path, results: Sequence[Results]) -> list[Path]:
    """One file for each figure."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, title, figure in FIGURES:
        file = folder / f"{name}.svg"
        file.write_text(_chart(title, results, figure))
        written.append(file)
    return written


def _chart(title: str, results: Sequence[Results], figure: Callable[[Measurement], float]) -> str:
    operations = [name for name in results[0].operations if name != "sign-in"]
    y = 30.0
    parts = [f'<text class="title" x="8" y="18">{escape(title)}</text>']
    for number, one in enumerate(results):
        parts.append(_bar(8, y, 12, COLOURS[number % len(COLOURS)]))
        parts.append(f'<text x="26" y="{y + 11}">{escape(label(one))}</text>')
        y += 18
    for operation in operations:
        y += GAP / 2
        parts.append(f'<text x="8" y="{y + 11}">{escape(operation)}</text>')
        values = [_value(one, operation, figure) for one in results]
        for number, value in enumerate(values):
            if value is not None:
                # Each operation has a scale of its own: they differ by a factor of a hundred.
                length = value / max(v for v in values if v is not None) * (WIDTH - LABELS - 90)
                parts.append(_bar(LABELS, y, length, COLOURS[number % len(COLOURS)]))
                parts.append(
                    f'<text x="{LABELS + length + 6:.0f}" y="{y + 11}">{value:,.4g}</text>'
                )
            y += BAR + 2
        y += GAP / 2
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" role="img"'
    return f"{head}><title>{escape(title)}</title><style>{STYLE}</style>{''.join(parts)}</svg>\n"


def _bar(x: float, y: float, length: float, colour: str) -> str:
    size = f'width="{max(1.0, length):.1f}" height="{BAR}"'
    return f'<rect x="{x:.0f}" y="{y:.0f}" {size} rx="2" fill="{colour}"/>'


def _value(one: Results, operation: str, figure: Callable[[Measurement], float]) -> float | None:
    rounds = one.operations.get(operation)
    known = [value for each in rounds or () if not isnan(value := figure(each))]
    return median(known) if known else None
