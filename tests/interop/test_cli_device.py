"""The command-line app: a code in a terminal, a sign-in in a browser elsewhere."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from config import PROJECT

EXAMPLES = PROJECT / "clients_example"


@pytest.fixture
def terminal(site, tmp_path):
    """Starts a command of the app, as registered by its document."""
    registration = json.loads((EXAMPLES / "cli_device" / "client.json").read_text())
    told = {
        "ISSUER": site.issuer,
        "CLIENT_ID": site.register(registration),
        "TOKEN_CACHE": str(tmp_path / "app" / "tokens.json"),
    }
    started = []

    def start(command):
        process = subprocess.Popen(
            [sys.executable, "-m", "cli_device", command],
            cwd=EXAMPLES,
            env=os.environ | told,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process):
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out


def test_somebody_signs_in_elsewhere_renews_and_signs_out(site, bob, terminal, tmp_path):
    cache = tmp_path / "app" / "tokens.json"
    login = terminal("login")
    shown = re.fullmatch(r"Open (\S+) and enter the code (\S+)\n", login.stdout.readline())
    page, code = shown.groups()
    bob.open(page).submit(user_code=code).prove_everything().press("Allow")
    assert bob.where.endswith("/device/allowed")

    assert "Signed in." in said(login)
    assert cache.stat().st_mode & 0o777 == 0o600
    assert json.loads(said(terminal("whoami")))["email"] == bob.account.email

    before = json.loads(cache.read_text())
    cache.write_text(json.dumps(before | {"expires_at": time.time()}))
    assert json.loads(said(terminal("whoami")))["email"] == bob.account.email
    renewed = json.loads(cache.read_text())
    assert renewed["refresh_token"] != before["refresh_token"]
    assert cache.stat().st_mode & 0o777 == 0o600

    assert "Signed out" in said(terminal("logout"))
    assert not cache.exists()


def test_a_user_who_says_no_is_heard(bob, terminal, tmp_path):
    login = terminal("login")
    login.stdout.readline()
    address = login.stdout.readline().split()[2]
    bob.open(address).press("Continue").prove_everything().press("Cancel")

    out, error = login.communicate(timeout=60)

    assert (login.returncode, error) == (1, "access_denied\n"), out
    assert not (tmp_path / "app" / "tokens.json").exists()
