"""T1: one succeeds, also when two nodes are asked at the same time. The other races, in one process
and of every form, are in tests/http and tests/security.
"""

from __future__ import annotations

from pathlib import Path

from tests.reliability import loop
from tests.reliability.races import races
from tests.support.databases import EngineKind


def test_one_of_64_on_two_nodes(tmp_path: Path) -> None:
    figures = loop.run(races(EngineKind.POSTGRESQL, tmp_path, rounds=1, nodes=2))

    assert figures.broken == []
    assert figures.checked == 10 * 64
