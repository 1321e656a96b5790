"""What a page hands to the developer of a new app runs as it stands."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from idp.clients import registry
from idp.clients.frameworks import Framework
from idp.web.admin.clients import snippets
from tests.interop import node
from tests.interop.site import free_address
from tests.support import live_server, run
from tests.support.live_server import LiveServer


def written(site, client, file):
    """In a folder of its own, with the client's values in it."""
    with site.a.app.app_context():
        registered = registry.find(client.client_id)
        code = snippets.filled(file, registered)
    folder = site.folder / client.client_id
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(code)
    return folder / file


@dataclass(slots=True)
class AsgiServer(LiveServer):
    """An app that speaks ASGI."""

    def _command(self):
        port = str(urlsplit(self.url).port)
        return [sys.executable, "-m", "uvicorn", *self.application, "--port", port]


def running(kind, file, base_url, secrets, *application):
    """A snippet as its own comment says how to start it."""
    server = kind(
        base_url,
        {**os.environ, **secrets},
        file.with_suffix(".log"),
        run.ledger(),
        application=application,
        folder=file.parent,
        health_path="/",
    )
    return live_server.running(server)


def test_flask_and_authlib_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "flask_authlib.py")
    secrets = {"CLIENT_SECRET": client.client_secret, "SECRET_KEY": "of the app"}

    with running(LiveServer, file, base_url, secrets, "flask_authlib:app"):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


def test_fastapi_and_authlib_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "fastapi_authlib.py")
    secrets = {"CLIENT_SECRET": client.client_secret, "SECRET_KEY": "of the app"}

    with running(AsgiServer, file, base_url, secrets, "fastapi_authlib:app"):
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@pytest.mark.parametrize(
    ("file", "begins", "callback"),
    [
        ("django_mozilla_oidc.py", "/oidc/authenticate/", "/oidc/callback/"),
        (
            "django_allauth.py",
            "/accounts/oidc/idp/login/",
            "/accounts/oidc/idp/login/callback/",
        ),
    ],
)
def test_django_signs_somebody_in(site, bob, file, begins, callback):
    base_url = free_address()
    client = site.a.client(redirect_uris=[base_url + callback])
    snippet = written(site, client, file)
    told = site.environment(client, base_url) | {"SNIPPET": str(snippet)}

    with site.running(base_url, told, application=("tests.interop.apps.django_snippet:app",)):
        bob.open(base_url + begins)
        if bob.page is None:
            bob.press("Continue")  # allauth asks first, so that no other site can begin
        bob.prove_everything()

        assert bob.open(base_url).json()["email"] == bob.account.email


def test_express_and_openid_client_sign_somebody_in(site, bob):
    node.require()
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "express_openid_client.mjs")
    (file.parent / "node_modules").symlink_to(node.PACKAGES)
    secrets = {"CLIENT_SECRET": client.client_secret, "SESSION_SECRET": "of the app"}

    with running(node.NodeApp, file, base_url, secrets, file.name):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@pytest.mark.parametrize("file", list(Framework))
def test_every_snippet_is_filled_with_the_values_of_its_app(site, file):
    client = site.a.client(redirect_uris=["https://app.example/callback"])
    code = written(site, client, file.value).read_text()

    assert site.issuer in code
    assert client.client_id in code
    for placeholder in (snippets.ISSUER, snippets.CLIENT_ID, snippets.REDIRECT_URI):
        assert placeholder not in code
    assert client.client_secret not in code


@pytest.mark.parametrize(
    "file", ["django_mozilla_oidc.py", "grafana.ini"], ids=["mozilla-django-oidc", "grafana"]
)
def test_addresses_that_a_library_cannot_discover_are_those_of_discovery(site, bob, file):
    client = site.a.client()
    code = written(site, client, file).read_text().replace("{ISSUER}", site.issuer)
    metadata = bob.open(f"{site.issuer}/.well-known/openid-configuration").json()

    for endpoint in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint"):
        assert metadata[endpoint] in code


def test_a_program_gets_a_token_with_curl(site):
    client = site.a.client("machine")
    file = written(site, client, "client_credentials.sh")

    answered = subprocess.run(
        ["sh", str(file)],
        env={**os.environ, "CLIENT_SECRET": client.client_secret},
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )

    assert json.loads(answered.stdout)["token_type"] == "Bearer"
