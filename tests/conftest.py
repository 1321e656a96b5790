"""The fixtures that everyone uses."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from playwright.sync_api import sync_playwright

from idp import origin
from tests.support import chromium as debian_chromium
from tests.support import live_server as servers
from tests.support import once, provider, race, run
from tests.support.browser import Browser as Windowless
from tests.support.databases import EngineKind
from tests.support.factories import Factory
from tests.support.mailbox import Mailbox
from tests.support.time_travel import Clock, standing_still

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

    from config import Settings

TESTS = Path(__file__).parent
TOO_SLOW = hypothesis.HealthCheck.too_slow


# --- the run -------------------------------------------------------------------------------------


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    # How long an example takes is the machine's affair.
    ours = hypothesis.settings(deadline=None, suppress_health_check=[TOO_SLOW])
    hypothesis.settings.register_profile("exploring", ours)
    # Of `make test`: what fails then, fails for everybody.
    hypothesis.settings.register_profile("repeatable", ours, derandomize=True)
    hypothesis.settings.load_profile("exploring")
    if not _is_worker(config):
        run.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        provider.databases().remove_everything()
        run.end()


WITH_OTHER_PROCESSES = {"browser", "certification", "interop"}
"""Their timing is not ours: one second chance on a busy machine, counted in the summary."""


def pytest_collection_finish(session: pytest.Session) -> None:
    once.prepare()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--share-engines",
        action="store_true",
        help="run a test through a door on one of the two databases, as its name decides",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test's layer is its folder; races come first."""
    for item in items:
        layer = _layer(item)
        item.add_marker(layer)
        if layer in WITH_OTHER_PROCESSES:
            item.add_marker(pytest.mark.flaky(reruns=1))
    if config.getoption("share_engines"):
        items[:] = _sharing_the_engines(items)
    # One worker races at a time: all races come to the first worker, whose last tests are what
    # others take over, so that nobody waits for a turn.
    items.sort(key=race.is_in, reverse=True)


def _layer(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


THROUGH_A_DOOR = frozenset({"http", "security", "cli"})


def _sharing_the_engines(items: list[pytest.Item]) -> list[pytest.Item]:
    """What differs between the databases has tests of its own, which always run on both: those of
    the other layers, whatever races, and who says so. Of what the rest sees through a door, half is
    seen on each. Always the same half: a name decides.
    """
    names = Counter(_without_engine(item) for item in items)
    return [
        item
        for item in items
        if _is_about_the_database(item) or names[_without_engine(item)] == 1 or _on_its_engine(item)
    ]


def _is_about_the_database(item: pytest.Item) -> bool:
    said = item.get_closest_marker("each_engine") is not None
    return said or _layer(item) not in THROUGH_A_DOOR or race.is_in(item)


def _engine_of(item: pytest.Item) -> EngineKind | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("engine_kind") if callspec else None


def _without_engine(item: pytest.Item) -> str:
    kind = _engine_of(item)
    return item.nodeid.replace(kind.value, "", 1) if kind else item.nodeid


def _on_its_engine(item: pytest.Item) -> bool:
    kinds = list(EngineKind)
    return _engine_of(item) is kinds[zlib.crc32(_without_engine(item).encode()) % len(kinds)]


# --- time ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nobody_asks() -> None:
    """Who asked in the test before, and why, is over."""
    origin.enter(origin.Origin())


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time stands still, and moves when told to: `clock.advance(minutes=5)`."""
    with standing_still() as standing:
        yield standing


# --- databases -----------------------------------------------------------------------------------


@pytest.fixture(params=list(EngineKind))
def engine_kind(request: pytest.FixtureRequest) -> EngineKind:
    """SQLite, then PostgreSQL: whatever asks for a database runs on both."""
    kind: EngineKind = request.param
    return kind


@pytest.fixture
def database_url(engine_kind: EngineKind, tmp_path: Path) -> Iterator[str]:
    """A database of one's own with the current schema."""
    with provider.databases().migrated(engine_kind, tmp_path) as url:
        yield url


@pytest.fixture
def empty_database_url(engine_kind: EngineKind, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    with provider.databases().empty(engine_kind, tmp_path) as url:
        yield url


# --- the provider --------------------------------------------------------------------------------


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings that differ from the testing profile; a test module may replace this fixture."""
    return {}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, overrides: dict[str, Any]) -> Settings:
    """The testing profile on a database of one's own."""
    values = {"mail_url": f"file://{tmp_path / 'mail'}"} | overrides
    return provider.settings_for(database_url, run.folder(), **values)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, wired as in production."""
    built = provider.build(settings)
    yield built
    provider.dispose(built)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a window, at the issuer's origin."""
    return app.test_client()


@pytest.fixture
def live_server(
    database_url: str, tmp_path: Path, overrides: dict[str, Any]
) -> Iterator[servers.LiveServer]:
    """A server in a process of its own, for real threads and browsers. It keeps real time."""
    url = f"http://localhost:{servers.free_port()}"
    values = {"issuer": url, "mail_url": f"file://{tmp_path / 'mail'}"} | overrides
    settings = provider.settings_for(database_url, run.folder(), **values)
    server = servers.LiveServer(
        url, provider.environment(settings), tmp_path / "server.log", run.ledger()
    )
    with servers.running(server):
        yield server


# --- browsers ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium, one per worker."""
    path = debian_chromium.executable()
    if path is None:
        refuse = pytest.fail if debian_chromium.is_required() else pytest.skip
        refuse(debian_chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=debian_chromium.flags())
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab of a browser that has never been anywhere."""
    with chromium.new_context() as context:
        yield context.new_page()


# --- who takes part ------------------------------------------------------------------------------


@pytest.fixture
def a(clock: Clock, app: Flask) -> Factory:
    """`a.user()`, `a.phone(user)`, `a.client()`: at the frozen moment, in this test's database."""
    return Factory(app)


@pytest.fixture
def browser(clock: Clock, app: Flask, settings: Settings) -> Windowless:
    """A person's browser without a window: `browser.open(…).submit(…).press("Allow")`."""
    return Windowless(app.test_client(), settings.issuer)


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    """Everybody's mail: `mailbox.newest("ann@example.com").link`, `mailbox.subjects()`."""
    return Mailbox(app)
