"""Debian's Apache with mod_auth_openidc, in front of one page that wants a sign-in."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.interop.site import Site
from tests.support import live_server, run
from tests.support.live_server import LiveServer
from tests.support.relying_party import RelyingParty

PROGRAM = Path("/usr/sbin/apache2")
MODULES = Path("/usr/lib/apache2/modules")

MISSING = "No Apache with mod_auth_openidc found. `.ci/apache` installs Debian's"

CONFIGURATION = """
ServerName {base_url}
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog /dev/stderr
LogLevel warn
DocumentRoot {pages}
{modules}
{user}

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {base_url}/protected/redirect
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCCookie mod_auth_openidc

<Directory {pages}>
  Require all granted
</Directory>
<Location /protected/>
  AuthType openid-connect
  Require claim acr:urn:idp:loa:2fa
  Header set X-Email "%{{OIDC_CLAIM_email}}e"
</Location>
"""

WANTED = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir", "headers")


def is_installed() -> bool:
    return PROGRAM.exists() and (MODULES / "mod_auth_openidc.so").exists()


def is_required() -> bool:
    """Whether a missing Apache fails the tests that need it (`make test`) or skips them."""
    return os.environ.get("REQUIRE_APACHE") == "1"


@dataclass(slots=True)
class Apache(LiveServer):
    """In the foreground, with a configuration of its own and nothing of the system's."""

    def _command(self) -> list[str]:
        return [str(PROGRAM), "-D", "FOREGROUND", "-f", *self.application]


@contextmanager
def running(site: Site, base_url: str, client: RelyingParty) -> Iterator[None]:
    """`/` is for everybody, `/protected/` for whoever has signed in with two factors."""
    told = site.environment(client, base_url)
    with tempfile.TemporaryDirectory() as pages:
        for folder in (Path(pages), Path(pages, "protected")):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            (folder / "index.html").write_text(f"<title>{folder.name}</title>")
        file = Path(told["FOLDER"], "apache.conf")
        file.write_text(_configuration(site, base_url, client, told["FOLDER"], pages))
        server = Apache(
            base_url,
            dict(os.environ),
            site.folder / f"{client.client_id}.log",
            run.ledger(),
            application=(str(file),),
            health_path="/",
        )
        with live_server.running(server):
            yield


def _configuration(site: Site, base_url: str, client: RelyingParty, folder: str, pages: str) -> str:
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    return CONFIGURATION.format(
        base_url=base_url,
        port=urlsplit(base_url).port,
        folder=folder,
        pages=pages,
        modules="\n".join(modules),
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        issuer=site.issuer,
        client_id=client.client_id,
        client_secret=client.client_secret,
        passphrase=secrets.token_hex(16),
    )
