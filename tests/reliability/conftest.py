"""Several servers are started for each of these, which takes its time on a busy machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability import traffic
from tests.support import run
from tests.support.postgres import taking_turns

HERE = Path(__file__).parent
SECONDS = 400
PAUSE_SECONDS = 0.1
"""Of each lane: about a hundred requests a second, which leaves time to the servers that start."""


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Whoever looks at how quickly others answer does so beside no race and no other such test."""
    with taking_turns(run.folder() / "race.lock"):
        yield


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "PAUSE_SECONDS", PAUSE_SECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(SECONDS))
