"""nginx and Caddy with the configurations of docs/operations, on loopback with our certificate."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import live_server, run
from tests.support.live_server import PROJECT, LiveServer

DOCUMENTED = PROJECT / "docs" / "operations"
MISSING = "No nginx and Caddy found. `.ci/proxies` installs Debian's"
PROGRAMS = (Path("/usr/sbin/nginx"), Path("/usr/bin/caddy"))

AROUND_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {included};
}}
"""


def are_installed() -> bool:
    return all(program.exists() for program in PROGRAMS)


def are_required() -> bool:
    """Whether a missing proxy fails the tests that need it (`make test`) or skips them."""
    return os.environ.get("REQUIRE_PROXIES") == "1"


class Nginx(LiveServer):
    """In the foreground, with nothing of the system's."""

    def _command(self) -> list[str]:
        return [str(PROGRAMS[0]), "-c", *self.application]

    def _answers(self) -> bool:
        return self._listens()


class Caddy(LiveServer):
    """The same."""

    def _command(self) -> list[str]:
        return [str(PROGRAMS[1]), "run", "--adapter", "caddyfile", "--config", *self.application]

    def _answers(self) -> bool:
        return self._listens()


@contextmanager
def nginx(upstream: str, issuer: str, certificate: Path, folder: Path) -> Iterator[None]:
    """At the issuer's address."""
    documented = re.sub(r"\n *listen \[::].*", "", (DOCUMENTED / "nginx.conf").read_text())
    included = _adapted(
        documented,
        folder / "idp.conf",
        {
            "listen 443 ssl": f"listen 127.0.0.1:{urlsplit(issuer).port} ssl",
            "listen 80;": f"listen 127.0.0.1:{live_server.free_port()};",
            "server_name login.example.com": "server_name localhost",
            "/etc/ssl/login.example.com.pem": str(certificate),
            "/etc/ssl/login.example.com.key": str(certificate),
            "127.0.0.1:8000": urlsplit(upstream).netloc,
            # On its usual port an issuer has no port in its name; here it has one.
            "Host $host": f"Host {urlsplit(issuer).netloc}",
        },
    )
    file = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    file.write_text(AROUND_NGINX.format(folder=folder, included=included, user=user))
    with live_server.running(_server(Nginx, issuer, file, folder)):
        yield


@contextmanager
def caddy(upstream: str, issuer: str, certificate: Path, folder: Path) -> Iterator[None]:
    """At the issuer's address."""
    file = _adapted(
        "{\n\tadmin off\n\tauto_https off\n}\n" + (DOCUMENTED / "Caddyfile").read_text(),
        folder / "Caddyfile",
        {
            "login.example.com {": f"{issuer} {{\n\ttls {certificate} {certificate}\n",
            "127.0.0.1:8000": urlsplit(upstream).netloc,
        },
    )
    with live_server.running(_server(Caddy, issuer, file, folder)):
        yield


def _server(kind: type[LiveServer], issuer: str, file: Path, folder: Path) -> LiveServer:
    # Caddy keeps its state where it is told that its user lives.
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return kind(issuer, environment, folder / "proxy.log", run.ledger(), application=(str(file),))


def _adapted(text: str, file: Path, changes: Mapping[str, str]) -> Path:
    for documented, ours in changes.items():
        assert documented in text, f"{documented!r} is not in the documented configuration any more"
        text = text.replace(documented, ours)
    file.write_text(text)
    return file
