"""T3, T15, A98, A114: two nodes are as good as one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.reliability import rolling, rotations
from tests.support.databases import EngineKind


@pytest.mark.parametrize("manner", list(rolling.Manner))
def test_nodes_are_restarted_under_load(tmp_path: Path, manner: rolling.Manner) -> None:
    figures = asyncio.run(rolling.rolling(tmp_path, rounds=1, manner=manner))

    assert figures.broken == []
    assert figures.lost == 0 or manner is rolling.Manner.KILLED


def test_keys_change_every_few_seconds(tmp_path: Path) -> None:
    figures = asyncio.run(
        rotations.rotations(
            EngineKind.POSTGRESQL, tmp_path, times=2, manner=rotations.Manner.AT_ONCE
        )
    )

    assert figures.broken == []
