"""Fixtures for what calls other hosts: an authority, doors that know it, a lying resolver."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from idp.outbound.address import Exceptions
from idp.outbound.connection import tls_context
from idp.outbound.door import Door
from idp.outbound.refusal import OutboundError, Reason
from tests.support.foreign_host import Behaviour, listening

KEYS = b'{"keys": []}'
HEAD = b"HTTP/1.1 200 OK\r\n"
_look_up = socket.getaddrinfo


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A private certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `IDP_OUTBOUND_CA_FILE` points."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What an honest host on this machine shows."""
    return server_tls(authority, "localhost", "127.0.0.1")


def server_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's side, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(scope="session")
def our_tls(ca_file: Path) -> ssl.SSLContext:
    """Our side; reading the system's authorities takes a while."""
    return tls_context(ca_file)


@pytest.fixture
def door(our_tls: ssl.SSLContext) -> Door:
    """As a deployment has it whose operator allows one host."""
    return Door(Exceptions.listed(("localhost",)), our_tls)


@pytest.fixture
def closed_door(our_tls: ssl.SSLContext) -> Door:
    """Without exceptions."""
    return Door(Exceptions(), our_tls)


class Resolver:
    """Leads names to addresses, another time elsewhere; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._rounds: dict[str, tuple[list[str], ...]] = {}

    def leads(self, name: str, *rounds: list[str]) -> None:
        """The first question gets the first addresses, and so on; the last ones stay."""
        self._rounds[name] = rounds

    def __call__(self, host: str, port: int, *options: Any, **more: Any) -> list[Any]:
        if host not in self._rounds:
            return _look_up(host, port, *options, **more)
        self.asked.append(host)
        rounds = self._rounds[host]
        addresses = rounds[min(self.asked.count(host), len(rounds)) - 1]
        return [(None, None, None, "", (address, port)) for address in addresses]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """The system's resolver, with lies for some names."""
    liar = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", liar)
    return liar


def reason_of(call: Callable[[], object]) -> Reason:
    """Why the call was refused or failed. A host that never ends would keep the test for ever."""
    with pytest.raises(OutboundError) as problem:
        call()
    return problem.value.reason


@contextmanager
def speaking(behaviour: Behaviour, tls: ssl.SSLContext) -> Iterator[str]:
    """The URL of a host that behaves so."""
    with listening(behaviour, tls=tls) as host:
        yield f"https://localhost:{host.port}/jwks"
