"""What the long form plays, in which order and how large."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.changes import changes
from tests.reliability.clocks import clocks
from tests.reliability.database_trouble import troubled
from tests.reliability.disks import disks
from tests.reliability.failover import failover
from tests.reliability.figures import Figures
from tests.reliability.kills import kills
from tests.reliability.mail_trouble import mail_trouble
from tests.reliability.races import races
from tests.reliability.restores import restores
from tests.reliability.rolling import Manner as Ending
from tests.reliability.rolling import rolling
from tests.reliability.rotations import Manner, rotations
from tests.support.databases import EngineKind


@dataclass(frozen=True, slots=True)
class Scenario:
    """One entry. `play` gets a folder of its own."""

    name: str
    play: Callable[[Path], Awaitable[Figures]]


ROUNDS = int(os.environ.get("ROUNDS", "5"))
"""Of each kind of value and pass; `make soak ONLY=races ROUNDS=200` is what T1 asks for."""
AT_ONCE = Manner.AT_ONCE
SQLITE, POSTGRESQL = EngineKind.SQLITE, EngineKind.POSTGRESQL

TIMETABLE: tuple[Scenario, ...] = (
    Scenario("kill -9, sqlite", lambda f: kills(SQLITE, f, kills=25, pause=2)),
    Scenario("kill -9, postgresql", lambda f: kills(POSTGRESQL, f, kills=25, pause=2)),
    Scenario("fail-over of PostgreSQL", failover),
    Scenario("nodes in order", lambda f: rolling(f, rounds=5, manner=Ending.IN_ORDER)),
    Scenario("nodes killed", lambda f: rolling(f, rounds=5, manner=Ending.KILLED)),
    Scenario("keys announced", lambda f: rotations(POSTGRESQL, f, times=8)),
    Scenario("keys at once", lambda f: rotations(SQLITE, f, times=8, manner=AT_ONCE)),
    Scenario("clock jumps", lambda f: clocks(POSTGRESQL, f, people=6)),
    Scenario("changes seen", lambda f: changes(f, rounds=20)),
    Scenario("disk full", lambda f: disks(f, rounds=3, seconds=5)),
    Scenario("races, sqlite", lambda f: races(SQLITE, f, rounds=ROUNDS)),
    Scenario("races, postgresql", lambda f: races(POSTGRESQL, f, rounds=ROUNDS)),
    Scenario("races, two nodes", lambda f: races(POSTGRESQL, f, rounds=ROUNDS, nodes=2)),
    Scenario("backup put back", restores),
    Scenario("mail server in trouble", lambda f: mail_trouble(f, rounds=2)),
    Scenario("database in trouble", lambda f: troubled(f, rounds=2, seconds=5)),
)
