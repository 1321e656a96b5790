"""Snippets as a developer gets them: rendered by the product for an app of theirs, and started as
their own comment says.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from idp.clients import registry, snippets
from idp.clients.frameworks import Framework
from tests.interop.site import Site
from tests.support import live_server, run
from tests.support.live_server import LiveServer

if TYPE_CHECKING:
    from tests.support.relying_party import RelyingParty

NOT_TRIED = {
    Framework.GO: "its modules are Go's registry's, and want a newer Go than Debian's",
    Framework.SPRING: "its parts are Maven's registry's, and want a JDK",
    Framework.OAUTH2_PROXY: "neither PyPI nor npm nor Debian has it",
    Framework.GRAFANA: "neither PyPI nor npm nor Debian has it",
}
"""Why no test runs it. What every other one signs in with is installed by the project."""


def tries(*frameworks: Framework) -> Callable[[Any], Any]:
    """Marks the test that runs these, so that none is forgotten."""

    def marked(test: Any) -> Any:
        test.tries = frameworks
        return test

    return marked


def written(site: Site, client: RelyingParty, file: str) -> Path:
    """In a folder of its own, with the client's values in it."""
    with site.a.app.app_context():
        registered = registry.find(client.client_id)
        assert registered is not None
        code = snippets.filled(file, registered)
    folder = site.folder / client.client_id
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(code)
    return folder / file


@dataclass(slots=True)
class AsgiServer(LiveServer):
    """An app that speaks ASGI."""

    def _command(self) -> list[str]:
        port = str(urlsplit(self.url).port)
        return [sys.executable, "-m", "uvicorn", *self.application, "--port", port]


def running(
    kind: type[LiveServer], file: Path, base_url: str, secrets: Mapping[str, str], *application: str
) -> AbstractContextManager[LiveServer]:
    """Its environment has the secrets, and nothing else that is not everybody's."""
    server = kind(
        base_url,
        {**os.environ, **secrets},
        file.with_suffix(".log"),
        run.ledger(),
        application=application,
        folder=file.parent,
        health_path="/",
    )
    return live_server.running(server)
