"""What a page hands to the developer of a new app runs as it stands."""

import json
import os
import shutil
import subprocess

import pytest

from idp.clients import registry
from idp.web.admin.clients import snippets
from tests.interop.site import free_address
from tests.support import live_server, run
from tests.support.live_server import LiveServer


def written(site, client, file):
    """In a folder of its own, with the client's values in it."""
    with site.a.app.app_context():
        registered = registry.find(client.client_id)
        code = snippets.filled(file, registered)
    folder = site.folder / client.client_id
    folder.mkdir()
    (folder / file).write_text(code)
    return folder / file


def test_flask_and_authlib_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "flask_authlib.py")
    app = LiveServer(
        base_url,
        {**os.environ, "CLIENT_SECRET": client.client_secret, "SECRET_KEY": "of the app"},
        file.with_suffix(".log"),
        run.ledger(),
        application=("flask_authlib:app",),
        folder=file.parent,
        health_path="/",
    )

    with live_server.running(app):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
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
