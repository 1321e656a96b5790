"""Snippets for apps in Node.js, as they stand."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from idp.clients.frameworks import Framework
from tests.interop import node
from tests.interop.site import free_address
from tests.interop.snippets import running, tries, written
from tests.support.live_server import LiveServer


@pytest.fixture(scope="module", autouse=True)
def packages():
    node.require()


@tries(Framework.EXPRESS)
def test_express_and_openid_client_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = beside_packages(written(site, client, "express_openid_client.mjs"))
    secrets = {"CLIENT_SECRET": client.client_secret, "SESSION_SECRET": "of the app"}

    with running(node.NodeApp, file, base_url, secrets, file.name):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@tries(Framework.EXPRESS_OPENID_CONNECT)
def test_express_openid_connect_signs_somebody_in_and_out(site, bob):
    base_url = free_address()
    signed_out = {"post_logout_redirect_uris": [base_url]}
    client = site.a.client(redirect_uris=[f"{base_url}/callback"], **signed_out)
    file = beside_packages(written(site, client, "express_openid_connect.mjs"))
    secrets = {"CLIENT_SECRET": client.client_secret, "SESSION_SECRET": "of the app"}

    with running(node.NodeApp, file, base_url, secrets, file.name):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()
        assert f"Signed in as {bob.account.user.sub}" in bob.answer.text

        bob.open(f"{base_url}/logout")

        assert (bob.where, bob.answer.text) == (base_url, '<a href="/login">Sign in</a>')
        assert bob.open(f"{base_url}/login").page == "sign-in"


@tries(Framework.NEXTJS)
def test_nextjs_and_authjs_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/api/auth/callback/idp"])
    snippet = written(site, client, "nextjs_authjs.ts")
    secrets = {"CLIENT_SECRET": client.client_secret, "AUTH_SECRET": "of the app"}

    with next_app(client) as folder:
        file = snippet.rename(folder / "auth.ts")
        with running(NextApp, file, base_url, secrets | {"NEXT_TELEMETRY_DISABLED": "1"}):
            assert bob.open(base_url).json() is None
            bob.open(f"{base_url}/api/auth/signin").press("Sign in with your account")
            bob.prove_everything()

            assert bob.open(base_url).json()["user"]["email"] == bob.account.email


@dataclass(slots=True)
class NextApp(LiveServer):
    """While it is developed."""

    def _command(self):
        next_js = node.PACKAGES / "next" / "dist" / "bin" / "next"
        return [node.program(), str(next_js), "dev", "--port", str(urlsplit(self.url).port)]


@contextmanager
def next_app(client):
    """A folder with all but the snippet. Next.js wants it to lie above its packages."""
    folder = node.FOLDER / "var" / client.client_id
    shutil.copytree(node.FOLDER / "next_app", folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def beside_packages(file):
    (file.parent / "node_modules").symlink_to(node.PACKAGES)
    return file
