"""A103: the database is slow, gone, silent or read-only: 503 with Retry-After, nothing half done,
and back in seconds without a hand. Its machine burns: the standby has whatever was answered.
"""

from __future__ import annotations

from pathlib import Path

from tests.reliability import loop
from tests.reliability.database_trouble import troubled
from tests.reliability.failover import failover


def test_a_database_in_trouble(tmp_path: Path) -> None:
    figures = loop.run(troubled(tmp_path, seconds=1.5, sample=3))

    assert figures.broken == []
    assert figures.disturbances == 4


def test_the_primary_is_killed_and_its_standby_promoted(tmp_path: Path) -> None:
    figures = loop.run(failover(tmp_path, nodes=2, answers=60))

    assert figures.broken == []
    assert figures.checked > 20
