"""What the driver has to know of a provider, ours or another one: where it is, who may use it, and
what its sign-in pages want.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.browser import Page
from benchmarks.http import Wrong

SCOPE = "openid profile email offline_access"


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client and its secret."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in with a password."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Step:
    """A page on the way in, known by a field or a button that one of its forms has."""

    marker: str
    typed: Mapping[str, str]
    """What is typed or pressed; `{email}` and `{password}` are the person's."""

    def fields(self, person: Person) -> dict[str, str]:
        return {
            name: value.replace("{email}", person.email).replace("{password}", person.password)
            for name, value in self.typed.items()
        }


def _no_time() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Provider:
    """Whoever issues the tokens."""

    name: str
    issuer: str
    redirect_uri: str
    people: tuple[Person, ...]
    rotating: Client
    """Its refresh tokens are replaced at each use."""
    keeping: Client
    """Its refresh tokens may be used again, where the provider can do that."""
    machine: Client
    steps: tuple[Step, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a proxy in front of it would add."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Endpoints that its discovery document does not tell."""
    database_cpu: Callable[[], float] = _no_time
    """Seconds that a database process of its own has used."""

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).netloc

    def step_on(self, page: Page) -> Step:
        """What to do on a page. Raises `Wrong` on one that was not foreseen."""
        for step in self.steps:
            if any(form.has(step.marker) for form in page.forms):
                return step
        raise Wrong(f"unexpected page {page.name!r}")


OUR_STEPS: Sequence[Step] = (
    Step("password", {"username": "{email}", "password": "{password}"}),
    Step("decision", {"decision": "allow"}),
)
"""The fixed names of our own pages."""
