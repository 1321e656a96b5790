"""The command line as an app: it signs somebody in through a browser, checks, shows, tidies up."""

import json
import re
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from config import PROJECT
from idp.extensions import db
from idp.models import Client
from tests.interop.person import at_a_browser
from tests.interop.site import LOA2

COMMAND = ("perform", "authorization-code")
AS_FROM_A_TERMINAL = ("env", "--default-signal=INT")
"""A run of these tests in the background ignores interrupts, and its children would, too."""


@pytest.fixture
def start(site):
    """`start("--scope", …)` runs the command beside the server, and gives the address it names."""
    running = []

    def begin(*arguments, typed=None, **environment):
        process = subprocess.Popen(
            [*AS_FROM_A_TERMINAL, sys.executable, "-m", "idp", *COMMAND, *arguments],
            cwd=PROJECT,
            env=site.server.environment | {"IDP_OUTBOUND_ALLOW": "localhost"} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        if typed:
            process.stdin.write(typed)
            process.stdin.close()
            process.stdin = None
        return process, address_in(process)

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def address_in(process):
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://\S+/authorize\?\S+", line):
            return found[0]
    raise AssertionError("".join(said))


def apps(site):
    with site.a.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Client))


def test_a_throw_away_app_signs_in_shows_what_it_got_and_is_gone(site, bob, start):
    before = apps(site)
    process, url = start("--acr-values", LOA2, "--json")
    assert apps(site) == before + 1

    bob.open(url).prove_everything()

    assert "You can close this window." in bob.answer.text
    out, _errors = process.communicate(timeout=60)
    assert process.returncode == 0
    document = json.loads(out)
    assert document["id_token"]["claims"]["acr"] == LOA2
    assert document["userinfo"]["email"] == bob.account.email
    assert [hop["what"] for hop in document["hops"]] == [
        "discovery",
        "authorization request",
        "authorization response",
        "token request",
        "keys",
        "userinfo",
    ]
    assert document["token_response"]["access_token"].endswith("characters)")
    assert not re.search(r"eyJ[\w-]{20,}\.", out)
    assert apps(site) == before


def test_who_stops_it_leaves_no_app_behind(site, start):
    before = apps(site)
    numbers = (signal.SIGINT, signal.SIGTERM)
    processes = [start()[0] for _ in numbers]
    assert apps(site) == before + 2

    for process, number in zip(processes, numbers, strict=True):
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 1

    assert apps(site) == before


def test_an_app_with_a_secret_signs_in_as_itself(site, bob, start):
    uri = "http://127.0.0.1:8765/signed-in"
    rp = site.a.client("native", redirect_uris=["http://127.0.0.1/signed-in"], trusted=True)
    web = site.a.client("web", redirect_uris=["http://localhost:8766/callback"], trusted=True)

    process, url = start("--client-id", rp.client_id, "--redirect-uri", uri, "--show-tokens")
    bob.open(url).prove_everything()
    public, _ = process.communicate(timeout=60)
    process, url = start(
        "--client-id", web.client_id, "--client-secret-stdin", typed=f"{web.client_secret}\n"
    )
    bob.open(url)
    confidential, _ = process.communicate(timeout=60)

    assert re.search(r"access_token: eyJ[\w-]{20,}", public)
    assert f"Signed in as {web.client_id}" in confidential
    assert "access_token: (" in confidential


def test_a_refusal_is_told_in_the_providers_words(site, start):
    process, url = start("--prompt", "none")
    with at_a_browser(site.account()) as stranger:
        stranger.open(url)

    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "login_required" in errors


def test_somebody_elses_answer_is_none(site, bob, start):
    process, url = start()
    redirect = re.search(r"redirect_uri=([^&]+)", url)[1].replace("%3A", ":").replace("%2F", "/")

    with at_a_browser(bob.account) as mallory:
        mallory.open(f"{redirect}?code=stolen&state=guessed&iss={site.issuer}")
        assert mallory.answer.status_code == 404

    bob.open(url).prove_everything()
    process.communicate(timeout=60)
    assert process.returncode == 0
