"""T3, T15, A98, A114: two nodes are as good as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability import loop, rolling, rotations
from tests.reliability.changes import changes
from tests.support.databases import EngineKind


@pytest.mark.parametrize("manner", list(rolling.Manner))
def test_nodes_are_restarted_under_load(tmp_path: Path, manner: rolling.Manner) -> None:
    figures = loop.run(rolling.rolling(tmp_path, rounds=1, manner=manner))

    assert figures.broken == []
    assert figures.lost == 0 or manner is rolling.Manner.KILLED


def test_keys_change_every_few_seconds(tmp_path: Path) -> None:
    figures = loop.run(
        rotations.rotations(
            EngineKind.POSTGRESQL, tmp_path, times=2, manner=rotations.Manner.AT_ONCE
        )
    )

    assert figures.broken == []


def test_a_change_on_one_node_is_seen_by_the_others(tmp_path: Path) -> None:
    figures = loop.run(changes(tmp_path, rounds=3))

    assert figures.broken == []
    # A second, and what it takes to ask.
    assert figures.slowest_recovery < 2
