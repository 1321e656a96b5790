"""Apps in `javascript/`, which run in Node.js with the packages that its lock file names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.interop.site import Site
from tests.support import live_server, run
from tests.support.live_server import LiveServer
from tests.support.relying_party import RelyingParty

FOLDER = Path(__file__).parent / "javascript"
PACKAGES = FOLDER / "node_modules"
NEWER_THAN_DEBIANS = "node-linux-*/bin/node"

MISSING = "No Node.js, or not the packages that the tests want. `.ci/node` installs what is missing"


def require() -> None:
    """Whatever `.ci/node` installs. Where it is missing, the test fails under `make test`, which
    sets REQUIRE_NODE, and is skipped elsewhere.
    """
    if shutil.which("node") is None or not (PACKAGES / ".package-lock.json").exists():
        refuse = pytest.fail if os.environ.get("REQUIRE_NODE") == "1" else pytest.skip
        refuse(MISSING)


def program() -> str:
    """The machine's, or that which `.ci/node` has put beside the packages."""
    return next(map(str, PACKAGES.glob(NEWER_THAN_DEBIANS)), "node")


@dataclass(slots=True)
class NodeApp(LiveServer):
    """A process of one module of `javascript/`."""

    def _command(self) -> list[str]:
        return [program(), *self.application]


@contextmanager
def running(site: Site, name: str, base_url: str, client: RelyingParty) -> Iterator[LiveServer]:
    """`javascript/<name>.mjs`, started and stopped."""
    app = NodeApp(
        base_url,
        {**os.environ, **site.environment(client, base_url)},
        site.folder / f"{client.client_id}.log",
        run.ledger(),
        application=(f"{name}.mjs",),
        folder=FOLDER,
        health_path="/",
    )
    with live_server.running(app):
        yield app
