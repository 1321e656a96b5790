"""T14: the clock of a running server jumps."""

from __future__ import annotations

from pathlib import Path

from tests.reliability import loop
from tests.reliability.clocks import clocks
from tests.support.databases import EngineKind


def test_the_clock_jumps_an_hour_ahead_and_back(tmp_path: Path) -> None:
    figures = loop.run(clocks(EngineKind.SQLITE, tmp_path, people=3))

    assert figures.broken == []
    assert figures.checked == 3 + 3 + 3 + 3 + 3 + 3
