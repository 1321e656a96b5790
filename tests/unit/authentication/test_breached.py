"""Leaked passwords: five characters of a digest leave, and no answer refuses no password."""

from hashlib import sha1

import pytest

from idp import metrics
from idp.authentication import breached
from idp.doctor import configuration
from tests.support.foreign_host import answers, listening
from tests.support.outbound import authority, ca_file, tls

__all__ = ["authority", "ca_file", "tls"]

SECRET = "no list has ever seen this one"
DIGEST = sha1(SECRET.encode(), usedforsecurity=False).hexdigest().upper()
OTHERS = "0018A45C4D1DEF81644B54AB7F969B88D65:21\r\n00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2\r\n"


@pytest.fixture
def overrides(ca_file):
    return {"outbound_allow": ("localhost",), "outbound_ca_file": ca_file}


@pytest.fixture
def ask(app, tls):
    """What is found when the other host answers with these lines, and what it was asked."""

    def asked(lines: str, status: str = "200 OK"):
        with listening(answers(lines.encode(), status), tls=tls) as host, app.app_context():
            configure(app, f"https://localhost:{host.port}/range/")
            found = breached.is_in_range(SECRET)
        return found, [request.partition(b"\r\n")[0] for request in host.requests]

    return asked


def configure(app, url, lookup="range"):
    settings = app.extensions["idp.settings"]
    passwords = settings.passwords.model_copy(
        update={"breach_lookup": lookup, "breach_range_url": url}
    )
    app.extensions["idp.settings"] = settings.model_copy(update={"passwords": passwords})


def count(result):
    return metrics.breach_lookups.labels(result)._value.get()


def test_only_five_characters_of_the_digest_leave(ask):
    """R5."""
    found, requests = ask(f"{OTHERS}{DIGEST[5:]}:7\r\n")

    assert found
    assert requests == [f"GET /range/{DIGEST[:5]} HTTP/1.1".encode()]


@pytest.mark.parametrize("lines", [OTHERS, "", f"{DIGEST[5:]}:0\r\n", "<html>nonsense</html>"])
def test_what_is_not_in_the_answer_is_not_known(ask, lines):
    assert not ask(lines)[0]


def test_a_host_that_fails_refuses_no_password_and_is_counted(ask):
    """R5: fails open with a metric."""
    before = count("failed")

    found, _requests = ask("", "503 Busy")

    assert not found
    assert count("failed") == before + 1


def test_an_unreachable_host_refuses_no_password(app):
    with app.app_context():
        configure(app, "https://localhost:9/range/")
        assert not breached.is_in_range(SECRET)


def test_nobody_is_asked_unless_the_operator_wants_it(app, tls):
    with listening(answers(b""), tls=tls) as host, app.app_context():
        configure(app, f"https://localhost:{host.port}/range/", lookup="off")
        assert not breached.is_in_range(SECRET)

    assert host.requests == []


def test_the_list_on_this_machine_knows_more_than_four_million(app):
    assert breached.has_list()
    assert breached.is_listed("correcthorsebatterystaple")
    assert not breached.is_listed(SECRET)


@pytest.mark.parametrize("short", ["", "a", "123456789"])
def test_short_ones_are_left_to_the_rules_of_length(short):
    assert not breached.is_listed(short)


def test_without_the_package_nothing_is_listed(monkeypatch):
    monkeypatch.setattr(breached, "is_bad_password", None)

    assert not breached.has_list()
    assert not breached.is_listed("correcthorsebatterystaple")


@pytest.mark.parametrize(
    ("has_list", "lookup", "level"),
    [(True, "off", "ok"), (False, "range", "ok"), (False, "off", "warning")],
)
def test_the_doctor_says_when_leaked_passwords_are_taken(app, monkeypatch, has_list, lookup, level):
    monkeypatch.setattr(breached, "has_list", lambda: has_list)
    with app.app_context():
        configure(app, "https://localhost:9/range/", lookup=lookup)
        findings = [
            one for one in configuration.look() if "leaked" in one.says or "leaks" in one.says
        ]

    assert [one.level for one in findings] == [level]
