"""Debian's Apache with mod_auth_openidc, in front of one page that wants a sign-in."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.interop.site import Site
from tests.support import live_server, run
from tests.support.live_server import LiveServer
from tests.support.relying_party import RelyingParty

PROGRAM = Path("/usr/sbin/apache2")
MODULES = Path("/usr/lib/apache2/modules")

MISSING = "No Apache with mod_auth_openidc found. `.ci/apache` installs Debian's"

SERVER = """
ServerName {base_url}
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog /dev/stderr
LogLevel warn
DocumentRoot {pages}
{modules}
{user}

<Directory {pages}>
  Require all granted
</Directory>
"""

SIGN_IN = """
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {base_url}/protected/redirect
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCCookie mod_auth_openidc

<Location /protected/>
  AuthType openid-connect
  Require claim acr:urn:idp:loa:2fa
  Header set X-Email "%{{OIDC_CLAIM_email}}e"
</Location>
"""

WANTED = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir", "headers")


def require() -> None:
    """Where it is missing, the test fails under `make test`, which sets REQUIRE_APACHE, and is
    skipped elsewhere.
    """
    if not PROGRAM.exists() or not (MODULES / "mod_auth_openidc.so").exists():
        refuse = pytest.fail if os.environ.get("REQUIRE_APACHE") == "1" else pytest.skip
        refuse(MISSING)


@dataclass(slots=True)
class Apache(LiveServer):
    """In the foreground, with a configuration of its own and nothing of the system's."""

    def _command(self) -> list[str]:
        return [str(PROGRAM), "-D", "FOREGROUND", "-f", *self.application]

    def _answers(self) -> bool:
        return self._listens()  # there may be no page that everybody may see


@contextmanager
def running(site: Site, base_url: str, client: RelyingParty) -> Iterator[None]:
    """`/` is for everybody, `/protected/` for whoever has signed in with two factors."""
    sign_in = SIGN_IN.format(
        base_url=base_url,
        issuer=site.issuer,
        client_id=client.client_id,
        client_secret=client.client_secret,
        passphrase=secrets.token_hex(16),
    )
    with _serving(site, base_url, client, sign_in, {}):
        yield


@contextmanager
def running_file(site: Site, base_url: str, client: RelyingParty, file: Path) -> Iterator[None]:
    """Somebody's configuration of the module. Pages say who has come to see them."""
    told = {
        "CLIENT_SECRET": client.client_secret or "",
        "CRYPTO_PASSPHRASE": secrets.token_hex(16),
    }
    included = f'Header set X-User "expr=%{{REMOTE_USER}}"\nInclude {file}\n'
    with _serving(site, base_url, client, included, told):
        yield


@contextmanager
def _serving(
    site: Site, base_url: str, client: RelyingParty, sign_in: str, secrets: Mapping[str, str]
) -> Iterator[None]:
    folder = site.environment(client, base_url)["FOLDER"]
    with tempfile.TemporaryDirectory() as pages:
        for one in (Path(pages), Path(pages, "protected")):
            one.mkdir(exist_ok=True)
            one.chmod(0o755)
            (one / "index.html").write_text(f"<title>{one.name}</title>")
        file = Path(folder, "apache.conf")
        file.write_text(_server(base_url, folder, pages) + sign_in)
        server = Apache(
            base_url,
            {**os.environ, **secrets},
            site.folder / f"{client.client_id}.log",
            run.ledger(),
            application=(str(file),),
        )
        with live_server.running(server):
            yield


def _server(base_url: str, folder: str, pages: str) -> str:
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    return SERVER.format(
        base_url=base_url,
        port=urlsplit(base_url).port,
        folder=folder,
        pages=pages,
        modules="\n".join(modules),
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
    )
