"""Handing mail to real servers: with and without TLS and credentials, willing, ill, slow, dead."""

import socket
import ssl
import time
from email.message import EmailMessage

import pytest
import trustme

import config
from idp.mail import transports
from idp.outbox.delivery import Delivered, GiveUp, TryLater, Unreachable
from tests.support import live_server
from tests.support.mail_server import running
from tests.support.outbound import server_tls

ANN = "ann@example.com"
ACCOUNT = ("idp@example.com", "p/a:ss w@rd%")
IN_A_URL = "idp%40example.com:p%2Fa%3Ass%20w%40rd%25"


def mail(to=ANN):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Demo <no-reply@idp.example>", to, "Grüße"
    made["Message-ID"] = "<1@idp.example>"
    made.set_content("Sehr geehrte …")
    return made


def send(url, ca_file=None, to=ANN):
    settings = config.testing(
        mail_url=url, outbound_ca_file=ca_file, issuer="https://idp.example", mail={"timeout": 1}
    )
    return transports.chosen(settings)(mail(to))


def test_a_willing_server_gets_the_mail_from_us_to_its_reader():
    with running() as server:
        assert send(f"smtp://127.0.0.1:{server.port}") == Delivered()

    (taken,) = server.taken
    assert taken.mail_from == "no-reply@idp.example"
    assert taken.rcpt_tos == [ANN]
    assert b"Subject: =?utf-8?" in taken.content


def test_starttls_is_taken_when_it_is_offered(tls, ca_file):
    with running(starttls=tls) as server:
        assert send(f"smtp://localhost:{server.port}", ca_file) == Delivered()

    assert server.was_private == [True]


def test_tls_from_the_start(tls, ca_file):
    with running(tls=tls) as server:
        assert send(f"smtps://localhost:{server.port}", ca_file) == Delivered()

    assert len(server.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_of_nobody_we_know_gets_no_mail(scheme, ca_file):
    theirs = server_tls(trustme.CA(), "localhost", "127.0.0.1")
    with running(**{"starttls" if scheme == "smtp" else "tls": theirs}) as server:
        outcome = send(f"{scheme}://localhost:{server.port}", ca_file)

    assert outcome == Unreachable("smtp: certificate refused")
    assert server.taken == []


def test_a_certificate_for_another_host_gets_no_mail(authority, ca_file):
    with running(starttls=server_tls(authority, "elsewhere.example")) as server:
        outcome = send(f"smtp://localhost:{server.port}", ca_file)

    assert outcome == Unreachable("smtp: certificate refused")


def test_a_check_goes_as_far_as_the_credentials_and_sends_nothing(tls, ca_file):
    def check(user):
        url = f"smtp://{user}@localhost:{server.port}"
        return transports.chosen(config.testing(mail_url=url, outbound_ca_file=ca_file)).check()

    with running(starttls=tls, account=ACCOUNT) as server:
        assert check(IN_A_URL) == Delivered()
        assert check("idp:wrong") == Unreachable("smtp 535")
    assert server.taken == []


def test_credentials_are_decoded_and_shown_over_tls(tls, ca_file):
    with running(starttls=tls, account=ACCOUNT) as server:
        assert send(f"smtp://{IN_A_URL}@localhost:{server.port}", ca_file) == Delivered()

    assert server.signed_in_as == ["idp@example.com"]


def test_wrong_credentials_are_nobodys_fault_but_ours(tls, ca_file):
    with running(starttls=tls, account=ACCOUNT) as server:
        outcome = send(f"smtp://idp:wrong@localhost:{server.port}", ca_file)

    assert outcome == Unreachable("smtp 535")


def test_credentials_never_travel_in_the_clear_to_another_machine(monkeypatch):
    with running() as server:
        to_loopback = socket.create_connection
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda _, *rest: to_loopback(("127.0.0.1", server.port), *rest),
        )
        outcome = send(f"smtp://{IN_A_URL}@mail.example.com:{server.port}")

    assert outcome == Unreachable("smtp: no TLS for the credentials")
    assert server.taken == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 4.2.1 greylisted", TryLater("smtp 450")),
        ("452 4.2.2 mailbox full", TryLater("smtp 452")),
        ("550 5.1.1 no such user <ann@example.com>", GiveUp("smtp 550")),
        ("553 5.1.3 bad address", GiveUp("smtp 553")),
        ("421 4.3.2 closing", Unreachable("smtp 421")),
    ],
)
def test_what_a_server_says_of_the_reader(answer, outcome):
    with running() as server:
        server.answers[ANN] = answer
        assert send(f"smtp://127.0.0.1:{server.port}") == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("451 4.3.0 later", TryLater("smtp 451")), ("554 5.6.0 spam", GiveUp("smtp 554"))],
)
def test_what_a_server_says_of_the_mail(answer, outcome):
    with running() as server:
        server.data_answer = answer
        assert send(f"smtp://127.0.0.1:{server.port}") == outcome


def test_a_sender_that_is_refused_is_for_the_operator_not_for_the_mail():
    with running() as server:
        server.sender_answer = "550 5.7.1 not you"
        assert send(f"smtp://127.0.0.1:{server.port}") == Unreachable("smtp 550")


def test_an_address_of_all_the_worlds_letters():
    with running() as server:
        assert send(f"smtp://127.0.0.1:{server.port}", to="änn@example.com") == Delivered()

    assert server.taken[0].rcpt_tos == ["änn@example.com"]


def test_a_dead_server():
    outcome = send(f"smtp://127.0.0.1:{live_server.free_port()}")

    assert outcome == Unreachable("smtp: ConnectionRefusedError")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_says_nothing_is_given_up_in_time(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        outcome = send(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}")

    assert outcome == Unreachable("smtp: timeout")
    assert time.monotonic() - started < 5


def test_our_side_of_tls_is_strict(ca_file):
    from idp.mail.transports.smtp import tls_context

    context = tls_context(ca_file)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
