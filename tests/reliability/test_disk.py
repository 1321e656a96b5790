"""A103: on a full disk nobody gets in halfway, and everything goes on once there is room."""

from __future__ import annotations

from pathlib import Path

from tests.reliability import loop
from tests.reliability.disks import disks


def test_the_disk_is_full_and_then_protected(tmp_path: Path) -> None:
    figures = loop.run(disks(tmp_path, rounds=1, seconds=1.5, sample=3))

    assert figures.broken == []
    assert figures.disturbances == 2
