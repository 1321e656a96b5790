"""`make demo`: what it plans, whom it seeds, where it refuses, and that nothing stays behind."""

import re
import signal
import socket
import time
from http.client import HTTPConnection

import psutil
import pyotp
import pytest
from sqlalchemy import func, select

import config
from idp import clock
from idp.accounts.claims import TYPES
from idp.authentication import password, totp
from idp.authentication.evidence import Evidence
from idp.cli.demo import Plan, summary
from idp.cli.output import Refused
from idp.clients import registry
from idp.demo import codes
from idp.demo.people import EVERY_CLAIM, PEOPLE
from idp.extensions import db
from idp.models import User
from tests.support import demo

# --- the plan -------------------------------------------------------------------------------------


def test_the_issuer_and_the_redirect_uris_follow_the_ports():
    plan = Plan.from_environment({"IDP_PORT": "7000", "DEMO_RP_PORT": "7100"})

    assert plan.issuer == "http://localhost:7000"
    assert [app.registration()["redirect_uris"] for app in plan.apps] == [
        ["http://localhost:7100/callback"],
        ["http://localhost:7101/callback"],
    ]


def test_a_chosen_issuer_stays():
    plan = Plan.from_environment({"IDP_PORT": "7000", "IDP_ISSUER": "https://idp.localhost"})

    assert plan.issuer == "https://idp.localhost"


@pytest.mark.parametrize(
    "environment",
    [
        {"IDP_PORT": "five"},
        {"IDP_PORT": "0"},
        {"DEMO_RP_PORT": "65536"},
        {"IDP_PORT": "-1"},
        {"IDP_PORT": "5001"},
        {"DEMO_RP_PORT": "4999"},
        {"DEMO_RP_PORT": "65535"},
    ],
    ids=str,
)
def test_ports_that_cannot_be_are_refused(environment):
    with pytest.raises(Refused):
        Plan.from_environment(environment)


def test_the_summary_has_every_address_and_every_password():
    plan = Plan.from_environment({})

    text = summary(plan)

    for expected in (plan.issuer, "/dev/codes", "/dev/mail", *(app.base_url for app in plan.apps)):
        assert expected in text
    for person in PEOPLE:
        assert re.search(rf"{person.email} +{person.password}", text)
    assert "Create an account" in text


def test_the_summary_invites_strangers_only_where_they_may_register(monkeypatch):
    monkeypatch.setenv("IDP_ACCOUNTS__REGISTRATION", "closed")

    assert "Create an account" not in summary(Plan.from_environment({}))


def test_one_demo_person_has_every_standard_claim():
    assert set(EVERY_CLAIM) == set(TYPES)
    assert [person.claims for person in PEOPLE].count(EVERY_CLAIM) == 1


# --- the seed -------------------------------------------------------------------------------------


@pytest.fixture
def overrides():
    return {"issuer": "http://localhost:5000"}


def test_seeded_people_sign_in_with_the_printed_password_and_code(idp, app):
    assert idp("dev", "seed").exit_code == 0

    with app.app_context():
        phones = {phone.email: phone.code for phone in codes.current()}
        for person in PEOPLE:
            user = password.find_user(person.email)
            assert isinstance(password.verify(user, person.email, person.password), Evidence)
            db.session.rollback()
            if person.has_authenticator:
                verdict = totp.verify(user, phones[person.email], interaction_id=person.email)
                assert isinstance(verdict, Evidence)
            else:
                assert phones[person.email] is None
            db.session.rollback()


def test_seeding_again_changes_nothing(idp, app, events):
    idp("dev", "seed")
    before = events()

    ran = idp("dev", "seed")

    assert (ran.exit_code, ran.output) == (0, "Everything is there already.\n")
    assert events() == before


def test_a_moved_port_moves_the_redirect_uri(idp, app, monkeypatch):
    idp("dev", "seed")
    monkeypatch.setenv("DEMO_RP_PORT", "7100")

    ran = idp("dev", "seed")

    assert "Example web app" in ran.output
    with app.app_context():
        assert registry.find("demo-web").redirect_uris == ("http://localhost:7100/callback",)
        assert registry.find("demo-bank").min_acr == "urn:idp:loa:2fa"


@pytest.mark.parametrize(
    "changed",
    [
        {"environment": config.Environment.PRODUCTION},
        {"issuer": "https://login.example.com"},
    ],
    ids=["production", "public-issuer"],
)
@pytest.mark.parametrize("command", ["seed", "demo", "totp", "mail"])
def test_the_demo_is_refused_where_others_come_by(idp, app, command, changed):
    settings = app.extensions["idp.settings"]
    app.extensions["idp.settings"] = settings.model_copy(update=changed)

    ran = idp("dev", command)

    assert ran.exit_code == 1
    assert "passwords are public" in ran.errors
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_totp_prints_one_persons_code(idp, app):
    idp("dev", "seed")

    ran = idp("dev", "totp", "alice@example.com")

    with app.app_context():
        current = next(phone for phone in codes.current() if phone.email == "alice@example.com")
    assert current.code in ran.output
    assert "admin@example.com" not in ran.output
    assert 0 < current.seconds_left <= 30
    assert clock.now().timestamp() + current.seconds_left == pytest.approx(
        (int(clock.now().timestamp()) // 30 + 1) * 30, abs=1
    )


def test_totp_plays_the_phone_of_whoever_types_in_the_key(idp):
    key = pyotp.random_base32()

    ran = idp("dev", "totp", f"{key[:4].lower()} {key[4:]}")

    step = int(clock.now().timestamp()) // 30
    assert re.search(r"\b\d{6}\b", ran.output)[0] in {
        pyotp.TOTP(key).at(at * 30) for at in (step - 1, step)
    }


def test_totp_of_somebody_else_is_refused(idp):
    assert idp("dev", "totp", "zoe@example.com").exit_code == 1


@pytest.mark.parametrize("command", ["routes", "rules"])
def test_the_tables_that_decide_can_be_read(idp, command):
    ran = idp("dev", command)

    assert ran.exit_code == 0
    assert len(ran.output.splitlines()) > 10


# --- the processes --------------------------------------------------------------------------------


@pytest.fixture
def demo_environment(empty_database_url, tmp_path):
    return demo.environment(empty_database_url, tmp_path)


def get(port, path="/"):
    connection = HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def still_running(processes):
    time.sleep(0.1)
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.timeout(240)
def test_the_demo_comes_up_ends_with_ctrl_c_and_keeps_its_data(demo_environment):
    with demo.started(demo_environment) as process:
        printed = demo.announcement(process)
        started = psutil.Process(process.pid).children(recursive=True)
        provider, app = demo_environment["IDP_PORT"], int(demo_environment["DEMO_RP_PORT"])

        assert f"http://localhost:{provider}/dev/codes" in printed
        assert 'data-code="alice@example.com"' in get(provider, "/dev/codes")[1]
        assert f'"issuer":"http://localhost:{provider}"' in (
            get(provider, "/.well-known/openid-configuration")[1].replace(": ", ":")
        )
        assert [get(port)[0] for port in (app, app + 1)] == [200, 200]
        assert get(app, "/sign-in")[0] == 302

        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=40)

    assert process.returncode == 0, output
    assert "Nothing is left running." in output
    assert len(started) >= 7
    assert still_running(started) == []
    with demo.started(demo_environment) as again:
        demo.announcement(again)
        again.send_signal(signal.SIGTERM)
        assert again.wait(timeout=40) == 0


@pytest.mark.timeout(120)
def test_a_port_that_is_taken_is_named_and_nothing_is_started(demo_environment):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", int(demo_environment["IDP_PORT"])))
        squatter.listen()
        with demo.started(demo_environment) as process:
            output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Port {demo_environment['IDP_PORT']} is in use" in output
    assert "IDP_PORT=" in output
