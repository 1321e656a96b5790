"""Several servers are started for each of these, which takes its time on a busy machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability import traffic

HERE = Path(__file__).parent
SECONDS = 400
PAUSE_SECONDS = 0.1
"""Of each lane: about a hundred requests a second, which leaves time to the servers that start."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "PAUSE_SECONDS", PAUSE_SECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(SECONDS))
