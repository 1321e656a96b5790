"""T2, A101: workers are killed in the middle of whatever they do, and nothing that was answered is
lost, nothing comes back, and nobody has to help.
"""

from __future__ import annotations

from pathlib import Path

from tests.reliability import loop
from tests.reliability.kills import kills
from tests.support.databases import EngineKind


def test_workers_are_killed_under_load(engine_kind: EngineKind, tmp_path: Path) -> None:
    figures = loop.run(kills(engine_kind, tmp_path, kills=2, sample=3))

    assert figures.broken == []
    # The start of one worker, on however busy a machine.
    assert figures.slowest_recovery < 60
