"""Debian's Apache as the TLS proxy in front of the provider."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.interop.apache import MODULES, Apache
from tests.support import live_server, run

WANTED = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "ssl",
    "proxy",
    "proxy_http",
    "headers",
    "socache_shmcb",
)

CONFIGURATION = """
ServerName {host}
Listen 127.0.0.1:{port}
PidFile {folder}/proxy.pid
ErrorLog /dev/stderr
LogLevel warn
{modules}
{user}

SSLEngine on
SSLCertificateFile {certificate}
SSLProtocol -all +TLSv1.2 +TLSv1.3
LimitRequestLine 16384
ProxyPreserveHost On
ProxyPass / {upstream}/
"""


@contextmanager
def in_front_of(upstream: str, issuer: str, certificate: Path, folder: Path) -> Iterator[None]:
    """At the issuer's address; passes on what it is asked, with one forwarding header."""
    file = folder / "proxy.conf"
    file.write_text(_configuration(upstream, issuer, certificate, folder))
    server = Apache(
        issuer, dict(os.environ), folder / "proxy.log", run.ledger(), application=(str(file),)
    )
    with live_server.running(server):
        yield


def _configuration(upstream: str, issuer: str, certificate: Path, folder: Path) -> str:
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    return CONFIGURATION.format(
        host=urlsplit(issuer).hostname,
        port=urlsplit(issuer).port,
        folder=folder,
        modules="\n".join(modules),
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        certificate=certificate,
        upstream=upstream,
    )
