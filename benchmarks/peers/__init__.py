"""Another provider that runs on this machine already, described by a file: README.md says how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks import processes, provider


class PeerRefused(Exception):
    """The description does not describe a provider; the message says where."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Client(_Strict):
    client_id: str
    client_secret: str

    def made(self) -> provider.Client:
        return provider.Client(self.client_id, self.client_secret)


class _Person(_Strict):
    email: str
    password: str


class _Step(_Strict):
    marker: str
    typed: dict[str, str]


class Peer(_Strict):
    """The file."""

    name: str
    issuer: str
    port: Annotated[int, Field(ge=1, le=65535)]
    """Where it speaks plain HTTP on this machine, with the issuer's host in `Host`."""
    pid: int
    """Its first process; CPU time of it and its descendants is counted."""
    database_pid: int | None = None
    redirect_uri: str
    rotating: _Client
    keeping: _Client
    machine: _Client
    people: Annotated[list[_Person], Field(min_length=2)]
    steps: list[_Step]
    headers: dict[str, str] = {}
    metadata: dict[str, str] = {}
    """Endpoints that its discovery document does not tell."""

    def provider(self) -> provider.Provider:
        """As the driver wants it."""
        database = self.database_pid
        return provider.Provider(
            name=self.name,
            issuer=self.issuer,
            redirect_uri=self.redirect_uri,
            people=tuple(provider.Person(one.email, one.password) for one in self.people),
            rotating=self.rotating.made(),
            keeping=self.keeping.made(),
            machine=self.machine.made(),
            steps=tuple(provider.Step(one.marker, one.typed) for one in self.steps),
            headers=self.headers,
            metadata=self.metadata,
            database_cpu=lambda: processes.cpu_seconds(database) if database else 0.0,
        )


def read(file: Path) -> Peer:
    """Raises `PeerRefused`."""
    try:
        return Peer.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise PeerRefused(f"{file}: {error}") from error
