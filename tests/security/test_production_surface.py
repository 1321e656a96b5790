"""A110: what a server in production shows nobody, neither from outside nor on its own machine."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import config
from config import Environment, PasswordSettings
from idp.web import health
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

SOMEWHERE, HERE = "203.0.113.9", "127.0.0.1"
NOT_THERE = """
    /console /debug /__debug__/ /server-status /actuator/env /graphql /swagger.json /openapi.json
    /.git/config /.git/HEAD /.env /idp.env /config.py /wsgi.py /var/idp.sqlite3 /keys/active
    /static/../wsgi.py /static/%2e%2e/wsgi.py /static/..%2fwsgi.py /backup.sql /idp.log
    /trace /traces /version /dev/codes /dev/mail /dev/routes
""".split()  # noqa: SIM905  more paths to a line, and no quotes
PROGRAM = re.compile(
    r"werkzeug|granian|flask|authlib|python|sqlalchemy|traceback|inside", re.IGNORECASE
)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {
        "environment": Environment.PRODUCTION,
        "passwords": PasswordSettings(),
        "mail_url": "smtps://mail.example.com",
    }


def asked(client: FlaskClient, path: str, address: str, method: str = "GET") -> TestResponse:
    return client.open(path, method=method, environ_overrides={"REMOTE_ADDR": address})


def test_no_console_no_file_and_no_page_of_developers_is_there(client: FlaskClient) -> None:
    found = {
        (path, address): answer.status_code
        for path, address in product(NOT_THERE, (SOMEWHERE, HERE))
        if (answer := asked(client, path, address)).status_code != 404
    }

    assert found == {}
    debugger = client.get("/?__debugger__=yes&cmd=resource&f=debugger.js")
    assert debugger.mimetype == "text/html"
    assert "werkzeug" not in debugger.text.lower()


def test_metrics_are_not_for_the_public(client: FlaskClient) -> None:
    assert asked(client, "/metrics", SOMEWHERE).status_code == 404
    through_the_proxy = client.get("/metrics", headers={"X-Forwarded-For": HERE})
    assert through_the_proxy.status_code == 404


def test_what_is_for_some_is_for_nobody_else(client: FlaskClient, app: Flask) -> None:
    """Traces, log, keys, people: pages lead to the sign-in, programs hear 401."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = [one.rule for one in rules if one.rule.startswith("/admin") and not one.arguments]
    calls = [one.rule for one in rules if one.rule.startswith("/api/admin") and not one.arguments]
    assert len(pages) > 15
    assert len(calls) > 10

    shown = {path: asked(client, path, HERE) for path in (*pages, *calls)}

    # The end of a test sign-in is where an app's browser comes back; this one nobody began.
    assert shown.pop("/admin/trial").status_code == 410
    pages.remove("/admin/trial")
    assert {shown[path].status_code for path in pages} == {303}
    assert all(str(shown[path].location).startswith("/interaction/") for path in pages)
    open_calls = {path for path in calls if shown[path].status_code != 401}
    assert open_calls <= {"/api/admin/v1/openapi.json"}


def test_a_bug_and_a_mistake_say_nothing_about_the_program(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bool:
        raise RuntimeError("inside")

    monkeypatch.setitem(health.CHECKS, "clock", broken)

    answers = [
        asked(client, "/readyz", SOMEWHERE),
        asked(client, "/", SOMEWHERE, "TRACE"),
        *(asked(client, path, SOMEWHERE) for path in ("/nothing", "/authorize", "/jwks", "/")),
        client.post("/token", data={"grant_type": "none"}),
        client.get("/", headers={"Host": "evil.example"}),
    ]

    assert [answer.status_code for answer in answers[:2]] == [500, 405]
    for answer in answers:
        told = f"{answer.headers} {answer.text}"
        assert not PROGRAM.search(told), told


def test_debugging_is_refused(engine_kind: EngineKind) -> None:
    with pytest.raises(config.SettingsRefused, match="IDP_DEBUG: refused in production"):
        config.load(environment=Environment.PRODUCTION, debug=True)
