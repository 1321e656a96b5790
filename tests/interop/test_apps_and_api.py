"""The example API, called by a machine with a key of its own and by a web app that steps up."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from config import PROJECT
from tests.interop.site import free_address
from tests.support.factories import PASSWORD
from tests.support.spec_matrix import spec


@pytest.fixture
def api(site):
    """The running API's address."""
    base_url = free_address()
    told = {"ISSUER": site.issuer, "API": base_url, "CLIENT_ID": "api"}
    with site.running(base_url, told, ("clients_example.api_resource:create_app", "--factory")):
        yield base_url


@contextmanager
def web_app(site, api):
    base_url = free_address()
    client = site.a.client(
        redirect_uris=[f"{base_url}/callback"],
        scope="openid profile email payments:read payments:write",
        resources=[api],
    )
    told = site.environment(client, base_url) | {"API_URL": api}
    told |= {"SESSION_FILE": f"{told['FOLDER']}/sessions.sqlite3"}
    with site.running(base_url, told, ("clients_example.web_flask:create_app", "--factory")):
        yield base_url


def test_a_machine_reads_with_a_key_that_it_made_itself(site, api, tmp_path):
    def m2m(*words, **told):
        return subprocess.run(
            [sys.executable, "-m", "m2m", *words],
            cwd=PROJECT / "clients_example",
            env=os.environ
            | {"KEY_FILE": str(tmp_path / "key.json"), "API": api, "ISSUER": site.issuer}
            | told,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    client_id = site.register(json.loads(m2m("register")))

    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600
    assert json.loads(m2m(CLIENT_ID=client_id)) == {"payments": []}


@spec("RFC 9470", "4")
@spec("RFC 9470", "5")
@spec("RFC 9470", "6.1")
def test_a_click_that_wants_fresh_proofs_goes_on_after_the_step_up(site, api, bob):
    with web_app(site, api) as app:
        bob.open(f"{app}/sign-in").prove_everything()
        site.let_proofs_age(bob.account)
        bob.open(f"{app}/sign-in").prove_everything()

        bob.submit(amount="12.50")
        assert bob.page == "sign-in", "the proofs are too old for the API"
        bob.submit(password=PASSWORD).submit(code=bob.account.code(1))

        assert bob.page == "claims", bob.answer.text
        assert "Paid 12.50." in bob.answer.text
