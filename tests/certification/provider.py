"""A production deployment, set up by commands alone, and what a tester needs to know of it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.demo.people import EVERY_CLAIM
from tests.certification import proxy
from tests.support import live_server, run
from tests.support.live_server import PROJECT, LiveServer

PASSWORD = "a long password for tests"
EMAIL = "certification@idp.example"
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Certificates:
    """`authority`: whom everybody believes. `server`: key and certificate of this machine."""

    authority: Path
    server: Path


@dataclass(frozen=True, slots=True)
class Provider:
    """Behind its proxy."""

    issuer: str
    environment: Mapping[str, str]
    folder: Path
    ready: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Clients that nobody has used yet, by what is special about them."""

    def command(self, *arguments: str, typed: str = "") -> str:
        """`idp …`; what it printed. A refusal is a failure of the test."""
        done = self.run(*arguments, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """`idp …`, however it ends."""
        return subprocess.run(
            [sys.executable, "-m", "idp", *arguments],
            cwd=PROJECT,
            env=dict(self.environment),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    def import_client(self, **document: Any) -> dict[str, Any]:
        """From an RFC 7591 document, as an administrator does it; returns the document. A command
        takes seconds, so that each makes some more of the same, for tests to come.
        """
        ready = self.ready.setdefault(json.dumps(document, sort_keys=True), [])
        if not ready:
            ready += [_registration(document) for _ in range(AT_ONCE)]
            file = self.folder / "clients.json"
            file.write_text(json.dumps(ready))
            self.command("client", "import", str(file))
        return ready.pop()

    def run_jobs(self) -> None:
        """What the loop would do in a moment."""
        self.command("jobs", "--once")


FrontDoor = Callable[[str, str, Path, Path], AbstractContextManager[None]]
"""Ends TLS: called with the server's address, the issuer, the certificate and a folder."""


@contextmanager
def set_up(
    folder: Path,
    certificates: Certificates,
    settings: Mapping[str, str],
    in_front: FrontDoor = proxy.in_front_of,
) -> Iterator[Provider]:
    """As docs/conformance.md says."""
    folder.mkdir(exist_ok=True)
    issuer = f"https://localhost:{live_server.free_port()}"
    upstream = f"http://127.0.0.1:{live_server.free_port()}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    environment = inherited | {
        "IDP_ENVIRONMENT": "production",
        "IDP_ISSUER": issuer,
        "IDP_KEYS_DIR": str(folder / "keys"),
        "IDP_DATABASE_URL": f"sqlite:///{folder / 'idp.sqlite3'}",
        "IDP_MAIL_URL": "log:",
        "IDP_TRUSTED_PROXY_HOPS": "1",
        "IDP_THROTTLING": "off",
        "IDP_ALLOW_UNSAFE": "throttling-off",
        "IDP_OUTBOUND_CA_FILE": str(certificates.authority),
        "IDP_OUTBOUND_ALLOW": "localhost",
        "IDP_PASSWORDS__BCRYPT_COST": "10",
        **settings,
    }
    provider = Provider(issuer, environment, folder)
    _prepare(provider)
    server = LiveServer(upstream, environment, folder / "server.log", run.ledger())
    with (
        live_server.running(server),
        in_front(upstream, issuer, certificates.server, folder),
    ):
        yield provider


def _registration(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "client_id": f"certification-{secrets.token_hex(4)}",
        "client_secret": secrets.token_urlsafe(32),
        "client_name": f"Certification {secrets.token_hex(2)}",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "pkce_waived": True,
    } | dict(document)


def _prepare(provider: Provider) -> None:
    provider.command("keys", "init")
    provider.command("db", "upgrade")
    claims = provider.folder / "claims.json"
    claims.write_text(json.dumps(EVERY_CLAIM))
    who = ("--name", "Certa Fication", "--claims", str(claims), "--password-stdin")
    provider.command("user", "create", EMAIL, *who, typed=PASSWORD)
