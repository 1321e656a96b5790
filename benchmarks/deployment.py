"""A deployment as an operator makes it: production settings, everything through the commands."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.database import KINDS, Database
from benchmarks.provider import OUR_STEPS, SCOPE, Client, Person, Provider
from config import PROJECT

ISSUER = "https://login.bench.example"
"""Nothing is resolved: the driver plays the proxy that ends TLS and names the caller's address."""
REDIRECT_URI = "https://app.bench.example/callback"
NO_SETTINGS: Mapping[str, str] = {}


class SetUpFailed(Exception):
    """A command refused; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything a driver has to know."""

    folder: Path
    database: Database
    environment: dict[str, str]
    people: tuple[Person, ...]
    rotating: Client
    keeping: Client
    machine: Client

    def provider(self) -> Provider:
        """As the driver wants it."""
        return Provider(
            name=self.database.kind,
            issuer=ISSUER,
            redirect_uri=REDIRECT_URI,
            people=self.people,
            rotating=self.rotating,
            keeping=self.keeping,
            machine=self.machine,
            steps=tuple(OUR_STEPS),
            database_cpu=self.database.cpu_seconds,
        )

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


@contextmanager
def deployed(
    kind: str, people: int, alg: str, settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[Deployment]:
    """Made from nothing in a folder of its own on the project's disk, and removed again."""
    (PROJECT / "var").mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="bench-", dir=PROJECT / "var") as name,
        KINDS[kind](Path(name)) as database,
    ):
        environment = _environment(Path(name), database) | dict(settings)
        yield _set_up(Path(name), database, environment, people, alg)


def _set_up(
    folder: Path, database: Database, environment: dict[str, str], people: int, alg: str
) -> Deployment:
    deployment = Deployment(
        folder,
        database,
        environment,
        tuple(_person(number) for number in range(people)),
        *(_client(name) for name in ("rotating", "keeping", "machine")),
    )
    command(environment, "keys", "init")
    command(environment, "db", "upgrade")
    command(environment, "jobs", "--once")  # makes the first signing keys
    documents = folder / "clients.json"
    documents.write_text(json.dumps(_registrations(deployment, alg)))
    command(environment, "client", "import", str(documents))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # A list, so that the first refusal is raised.
        list(pool.map(lambda person: _create(environment, person), deployment.people))
    return deployment


def _environment(folder: Path, database: Database) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    (folder / "metrics").mkdir()
    return inherited | {
        "IDP_ENVIRONMENT": "production",
        "IDP_ISSUER": ISSUER,
        "IDP_DATABASE_URL": database.url,
        "IDP_KEYS_DIR": str(folder / "keys"),
        "IDP_MAIL_URL": f"file://{folder / 'mail'}",
        "IDP_TRUSTED_PROXY_HOPS": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }


def _person(number: int) -> Person:
    return Person(f"person{number}@bench.example", secrets.token_urlsafe(18))


def _client(name: str) -> Client:
    return Client(f"bench-{name}", secrets.token_urlsafe(32))


def _registrations(deployment: Deployment, alg: str) -> list[dict[str, object]]:
    """RFC 7591 documents with our `rotate_refresh_tokens`."""
    app = {
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [REDIRECT_URI],
        "scope": SCOPE,
        "id_token_signed_response_alg": alg,
    }
    kinds: list[tuple[Client, dict[str, object]]] = [
        (deployment.rotating, {**app, "rotate_refresh_tokens": True}),
        (deployment.keeping, {**app, "rotate_refresh_tokens": False}),
        (deployment.machine, {"grant_types": ["client_credentials"], "response_types": []}),
    ]
    return [
        {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "client_name": client.client_id,
            "token_endpoint_auth_method": "client_secret_basic",
            **members,
        }
        for client, members in kinds
    ]


def _create(environment: dict[str, str], person: Person) -> None:
    who = ("create", person.email, "--name", "Bench Person", "--password-stdin")
    command(environment, "user", *who, typed=person.password)


def command(environment: Mapping[str, str], *words: str, typed: str = "") -> None:
    """`idp …`. Raises `SetUpFailed`."""
    done = subprocess.run(
        [sys.executable, "-m", "idp", *words],
        cwd=PROJECT,
        env=dict(environment),
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise SetUpFailed(f"idp {' '.join(words)}: {done.stderr.strip()[-2000:]}")
