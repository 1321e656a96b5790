"""`idp doctor`: what is wrong is said with its remedy, and what is fine is said too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from idp import clock as idp_clock
from idp import origin
from idp.extensions import db, transaction
from idp.models import Client, Heartbeat, OutboundMessage, Password, Role, SigningKey, User
from idp.signing import rotation
from tests.support import provider, run
from tests.support.databases import EngineKind


@pytest.fixture
def findings(idp):
    """By subject: pairs of level and sentence."""

    def look(*options):
        ran = idp("doctor", "--json", *options)
        told: dict[str, list[tuple[str, str]]] = {}
        for one in ran.document["findings"]:
            told.setdefault(one["subject"], []).append((one["level"], one["says"]))
            assert (one["fix"] is None) == (one["level"] == "ok")
        assert ran.exit_code == (1 if ran.document["status"] == "error" else 0)
        return told

    return look


def said(told, subject, level):
    return " | ".join(says for found, says in told.get(subject, []) if found == level)


RISKY = {
    EngineKind.SQLITE: set(),
    # The server of the tests is fast and forgets everything in a crash.
    EngineKind.POSTGRESQL: {"fsync", "full_page_writes", "synchronous_commit"},
}


def test_a_server_that_answers_as_it_should_has_no_error(
    live_server, database_url, engine_kind, a, app
):
    a.user("root@example.com")
    with app.app_context(), transaction():
        db.session.execute(update(User).values(role=Role.OWNER))
    settings = provider.settings_for(database_url, run.folder(), issuer=live_server.url)
    here = provider.build(settings)
    try:
        runner = here.test_cli_runner()
        runner.invoke(args=["idp", "jobs", "--once"])
        ran = runner.invoke(args=["idp", "doctor"])
    finally:
        provider.dispose(here)

    errors = [line.split()[2] for line in ran.stdout.splitlines() if line.startswith("ERROR")]
    assert set(errors) == RISKY[engine_kind], ran.stdout
    assert ran.exit_code == bool(errors)
    assert f"{live_server.url} shows this deployment's discovery" in ran.stdout
    assert "root@example.com administers and has no second factor yet" in ran.stdout


def test_a_server_that_cannot_be_reached_is_an_error(idp, findings):
    told = findings()

    assert "https://idp.example cannot be reached" in said(told, "seen from outside", "error")
    assert idp("doctor").exit_code == 1


def test_a_schema_that_is_behind_is_said_with_the_command(idp):
    idp("db", "downgrade", "-1")

    ran = idp("doctor")

    assert "run: flask --app wsgi idp db upgrade" in ran.output
    assert ran.exit_code == 1


def test_jobs_that_stopped_are_an_error(app, clock, findings):
    with app.app_context(), transaction():
        db.session.execute(delete(Heartbeat))
        db.session.add(Heartbeat(name="clock", beat_at=idp_clock.now() - timedelta(minutes=3)))

    assert "have not run since" in said(findings(), "jobs", "error")


def test_a_clock_behind_the_last_sign_of_life_is_an_error(app, clock, findings):
    with app.app_context(), transaction():
        db.session.execute(delete(Heartbeat))
        db.session.add(Heartbeat(name="clock", beat_at=idp_clock.now() + timedelta(minutes=3)))

    assert "one-time codes are refused" in said(findings(), "clock", "error")


def test_a_key_ring_that_lacks_a_key_is_an_error(a, app, findings):
    a.phone(a.user())
    with app.app_context(), transaction():
        db.session.execute(update(Password).values(pepper_key_id="deadbeef"))

    assert "deadbeef" in said(findings(), "key ring", "error")


def test_keys_that_nobody_rotated_are_a_warning(app, clock, findings):
    clock.advance(days=120)

    assert "has signed for 120 days" in said(findings(), "signing keys", "warning")


def test_an_algorithm_without_a_key_is_an_error(app, findings):
    with app.app_context(), transaction():
        db.session.execute(delete(SigningKey).where(SigningKey.alg == "RS256"))
        rotation.cache.changed(rotation.keystore.CACHE_NAME)

    assert "no key signs with RS256" in said(findings(), "signing keys", "error")


def test_mail_that_was_given_up_is_a_warning(app, clock, findings):
    with app.app_context(), transaction():
        db.session.add(
            OutboundMessage(
                kind="mail",
                recipient="ann@example.com",
                expires_at=idp_clock.now(),
                dead_at=idp_clock.now(),
            )
        )

    assert "1 mails were given up" in said(findings(), "mail", "warning")


def test_a_mail_server_that_is_away_is_an_error(database_url):
    settings = provider.settings_for(
        database_url, run.folder(), mail_url="smtp://mailer:hunter2@127.0.0.1:9"
    )
    here = provider.build(settings)
    try:
        ran = here.test_cli_runner().invoke(args=["idp", "doctor"])
    finally:
        provider.dispose(here)

    assert "127.0.0.1 takes no mail" in ran.stdout
    assert "hunter2" not in ran.output


def test_waivers_and_forgotten_clients_are_warnings(a, app, clock, findings):
    a.client(client_name="Old", pkce_waived=True)
    with app.app_context(), transaction():
        db.session.execute(update(Client).values(created_at=idp_clock.now() - timedelta(days=200)))

    warned = said(findings(), "clients", "warning")

    assert "may do without PKCE" in warned
    assert "no user has signed in for 90 days" in warned


def test_an_application_that_may_administer_is_a_warning_with_its_scopes(a, app, findings):
    origin.handing_out_roles()
    a.client("machine", client_name="Robot", scope="admin:users reports")
    origin.enter(origin.Origin())
    a.client("machine", client_name="Nightly", scope="reports")

    warned = said(findings(), "clients", "warning")

    assert "may administer this provider: admin:users" in warned
    assert ("Robot" in warned, "Nightly" in warned) == (True, False)


def test_nobody_to_administer_is_a_warning(a, app, findings):
    a.user()
    with app.app_context(), transaction():
        db.session.execute(update(User).values(role=None))

    assert "nobody administers" in said(findings(), "people", "warning")


@pytest.mark.parametrize(
    ("uri", "level", "sentence"),
    [
        ("https://app.example/callback", "ok", "registered, byte for byte"),
        ("https://app.example/callback/", "error", "differs by a slash at the end"),
        ("https://app.example/Callback", "error", "differs by capital letters"),
        ("https://app.example/callback?x=1", "error", "differs after the question mark"),
        ("https://other.example/callback", "error", "differs in its host or port"),
        ("http://app.example/callback", "error", "must be https"),
        ("https://app.example/callback#x", "error", "must not have a fragment"),
    ],
)
def test_one_integration_is_judged_as_a_request_is(a, findings, uri, level, sentence):
    rp = a.client()

    told = findings("--client", rp.client_id, "--redirect-uri", uri)

    assert sentence in said(told, "application", level)


def test_an_application_that_nobody_registered_is_an_error(findings):
    assert "no client is called 'nobody'" in said(
        findings("--client", "nobody"), "application", "error"
    )


def test_a_redirect_uri_alone_is_wrong_usage(idp):
    assert idp("doctor", "--redirect-uri", "https://app.example/").exit_code == 2
