"""What attacks need: a running server, and its database from this side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from idp.extensions import db
from idp.models import AuditEvent, User
from tests.security.world import World, standing
from tests.support import provider, run
from tests.support.databases import EngineKind
from tests.support.factories import Factory

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.live_server import LiveServer


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own; `a` makes people and clients in its database."""

    issuer: str
    a: Factory

    def recorded(self, event: str, user: User) -> int:
        """How often something happened to somebody."""
        return count_of(self.a.app, event, user)


def count_of(app: Flask, event: str, user: User) -> int:
    """Audit rows of a type about a user."""
    rows = select(func.count()).where(AuditEvent.type == event, AuditEvent.user_id == user.id)
    with app.app_context():
        return int(db.session.scalar(rows) or 0)


@pytest.fixture
def running(live_server: LiveServer, database_url: str) -> Iterator[Running]:
    settings = provider.settings_for(database_url, run.folder(), issuer=live_server.url)
    here = provider.build(settings)
    yield Running(live_server.url, Factory(here))
    provider.dispose(here)


@pytest.fixture
def recorded(app: Flask) -> Callable[[str, User], int]:
    return lambda event, user: count_of(app, event, user)


@pytest.fixture(scope="module")
def world_settings() -> dict[str, Any]:
    """Settings of this file's provider that differ; a test module may replace this fixture."""
    return {}


@pytest.fixture(scope="module")
def world_engine() -> EngineKind:
    """SQLite, unless what a file attacks could depend on the database."""
    return EngineKind.SQLITE


@pytest.fixture(scope="module")
def world(
    world_engine: EngineKind,
    world_settings: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with standing(world_engine, folder, **world_settings) as the_world:
        yield the_world
