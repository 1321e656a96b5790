"""The model-based test: no order of pages, forms, links and old handles lets Mallory in (T8, §4).

`tests/security/model/` holds who there is (`people.py`), what they do (`machine.py`, `story.py`,
`hands.py`, `witness.py`) and what has to hold after every single request (`books.py`,
`snapshot.py`). The run is the same every time. A long one takes another seed for each round:

    MODEL_ROUNDS=200 .venv/bin/python -m pytest -n0 tests/security/test_model.py -k sqlite
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from config import AccountSettings, Registration
from tests.security.model.machine import People
from tests.security.world import standing
from tests.support.databases import EngineKind

pytestmark = pytest.mark.each_engine

ROUNDS = int(os.environ.get("MODEL_ROUNDS", "1"))
EXAMPLES = {EngineKind.SQLITE: 16, EngineKind.POSTGRESQL: 3}
STEPS = 40

OPEN = AccountSettings(registration=Registration.OPEN)

REACHED = {
    EngineKind.SQLITE: {
        "ann signed in",
        "mallory signed in",
        "an app got tokens",
        "password accepted from mallory",
        "totp accepted from ann",
        "second-factor 422",
        "reset 200",
        "error 403",
        "expired 404",
        "expired 410",
        "an account was made",
        "an account was closed",
        "an account was disabled",
        "a reset was taken up",
        "a reset was completed",
        "a form was forged",
        "switch-account 200",
        "select-account 200",
    },
    EngineKind.POSTGRESQL: {"ann signed in", "an app got tokens"},
}
"""A run that does not come here proves nothing."""


@pytest.mark.timeout(180 + 300 * ROUNDS)
def test_no_order_of_pages_lets_mallory_in(engine_kind: EngineKind, tmp_path: Path) -> None:
    """A1, A2, A3, A5, A6, A7, A12, A13, A14, A15, A58, A61, A62: in every mixture."""
    reached: Counter[str] = Counter()
    for round_ in range(ROUNDS):
        folder = tmp_path / str(round_)
        folder.mkdir()
        with standing(engine_kind, folder, throttling="on", accounts=OPEN) as world:
            facts = {"world": world, "reached": reached, "numbers": count(1)}
            people = seed(round_)(type("People", (People,), facts))
            run_state_machine_as_test(people, settings=fixed(engine_kind))

    assert {name for name in REACHED[engine_kind] if not reached[name]} == set(), reached


def fixed(kind: EngineKind) -> settings:
    """Whole providers with real pages are slow, so a few long stories; time and rows stay, so a
    story is not told again to make it shorter.
    """
    return settings(
        max_examples=EXAMPLES[kind],
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
