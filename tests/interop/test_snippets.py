"""What a page hands to the developer of a new app runs as it stands: what holds for all of it, and
what needs no more than a shell.
"""

import importlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from idp.clients import snippets
from idp.clients.frameworks import Framework
from tests.interop.snippets import NOT_TRIED, tries, written

PATIENCE = 30


def test_every_snippet_is_run_by_a_test_or_has_a_reason():
    tried = [
        framework
        for file in Path(__file__).parent.glob("test_snippets*.py")
        for test in vars(importlib.import_module(f"tests.interop.{file.stem}")).values()
        for framework in getattr(test, "tries", ())
    ]

    assert sorted(tried) == sorted(set(Framework) - set(NOT_TRIED))


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


@tries(Framework.MACHINE)
def test_a_program_gets_a_token_with_curl(site):
    client = site.a.client("machine")
    script = started(
        written(site, client, "client_credentials.sh"), CLIENT_SECRET=client.client_secret
    )

    out, error = script.communicate(timeout=PATIENCE)

    assert script.returncode == 0, error
    assert json.loads(out)["token_type"] == "Bearer"


@tries(Framework.DEVICE_FLOW)
def test_a_shell_script_hears_what_its_user_says_elsewhere(site, bob):
    file = written(site, site.a.client("native"), "device_flow.sh")
    allowed, denied = started(file), started(file)

    bob.open(shown_by(allowed)).press("Continue").prove_everything().press("Allow")
    bob.open(shown_by(denied)).press("Continue").prove_everything().press("Cancel")

    out, error = allowed.communicate(timeout=PATIENCE)
    assert (allowed.returncode, error) == (0, "")
    assert set(json.loads(out)) >= {"access_token", "id_token", "token_type"}
    out, error = denied.communicate(timeout=PATIENCE)
    assert (denied.returncode, out) == (1, "")
    assert json.loads(error)["error"] == "access_denied"


def started(file, **secrets):
    return subprocess.Popen(
        ["sh", str(file)],
        env={**os.environ, **secrets},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def shown_by(script):
    """The address that the user is to open."""
    word, address = script.stderr.readline().split()
    assert word == "Open"
    return address
