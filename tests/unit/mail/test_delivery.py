"""The job and the mail server: what is tried again and when, what dies, what is never lost."""

import email
import signal
import subprocess
import sys
from email.header import decode_header, make_header

import pytest
from sqlalchemy import select

from config import PROJECT
from idp import outbox
from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import deliver_mail, deliver_outbox
from idp.mail import compose, messages
from idp.mail.render import Rendered
from idp.models import OutboundMessage
from idp.outbox.delivery import Delivered
from tests.support import live_server, provider
from tests.support.mail_server import running

ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.fixture
def port():
    return live_server.free_port()


@pytest.fixture
def overrides(port):
    return {"mail_url": f"smtp://127.0.0.1:{port}"}


@pytest.fixture
def ann(a):
    return a.user(ANN)


@pytest.fixture
def bob(a):
    return a.user(BOB, name="Bob Example")


def caused(*users):
    with transaction():
        for user in users:
            messages.password_changed(user)


def run():
    return deliver_mail.run(now())


def problems():
    rows = db.session.execute(select(OutboundMessage.recipient, OutboundMessage.last_error))
    return {row.recipient: row.last_error for row in rows}


def test_a_reader_who_is_refused_for_good_is_not_tried_again_and_stops_nobody(
    ann, bob, port, clock
):
    caused(ann, bob)
    with running(port=port) as server:
        server.answers[ANN] = "550 5.1.1 no such user"
        assert run() == 1
        clock.advance(hours=1)
        assert run() == 0

    assert [envelope.rcpt_tos for envelope in server.taken] == [[BOB]]
    assert problems() == {ANN: "smtp 550", BOB: None}


def test_a_reader_who_is_refused_for_now_gets_it_later(ann, bob, port, clock):
    caused(ann, bob)
    with running(port=port) as server:
        server.answers[ANN] = "450 4.2.1 greylisted"
        assert run() == 1
        assert run() == 0
        server.answers.clear()
        clock.advance(seconds=10)
        assert run() == 1

    assert [envelope.rcpt_tos for envelope in server.taken] == [[BOB], [ANN]]


def test_a_mail_that_comes_twice_has_one_message_id(ann, port, clock):
    caused(ann)
    with running(port=port) as server:
        run()
        with transaction():
            row = db.session.scalars(select(OutboundMessage)).one()
            row.delivered_at, row.next_try_at = None, now()
        run()

    first, second = (email.message_from_bytes(one.content)["Message-ID"] for one in server.taken)
    assert first
    assert first == second


def test_a_dead_server_is_knocked_at_a_few_times_and_not_for_every_mail(
    a, ann, port, clock, monkeypatch
):
    monkeypatch.setattr(deliver_outbox, "WORKERS", 1)
    caused(*(a.user(f"p{number}@example.com") for number in range(12)))

    assert run() == 0
    assert run() == 0

    tried = [problem for problem in problems().values() if problem]
    assert tried == ["smtp: ConnectionRefusedError"]
    clock.advance(seconds=10)
    with running(port=port):
        assert run() == 12


def test_a_dead_mail_server_does_not_hold_up_other_messages(ann, port):
    caused(ann)
    with transaction():
        outbox.put("notice", "rp", {}, about="s-1")

    assert run() == 0
    assert deliver_outbox.deliver(now(), {"notice": lambda _message: Delivered()}) == 1


DIES_SENDING = """
import os, signal, sys, time_machine, wsgi
from datetime import datetime
from idp.mail.transports import smtp
from idp.jobs import deliver_mail
smtp.Server.__call__ = lambda self, mail: os.kill(os.getpid(), signal.SIGKILL)
now = datetime.fromisoformat(sys.argv[1])
with time_machine.travel(now, tick=False), wsgi.app.app_context():
    deliver_mail.run(now)
"""


def test_a_process_that_dies_between_claim_and_sending_loses_no_mail(ann, settings, port, clock):
    with transaction():
        messages.password_reset(ann, f"{settings.issuer}/reset/once")
    died = subprocess.run(
        [sys.executable, "-c", DIES_SENDING, clock.now().isoformat()],
        cwd=PROJECT,
        env=provider.environment(settings),
        check=False,
    )
    assert died.returncode == -signal.SIGKILL

    with running(port=port) as server:
        assert run() == 0
        clock.advance(minutes=20)
        assert run() == 1
    assert b"/reset/once" in server.taken[0].content.replace(b"=\r\n", b"")


def test_headers_say_who_when_and_that_no_person_wrote_it(ann, port, settings, clock):
    caused(ann)
    with running(port=port) as server:
        run()

    content = server.taken[0].content
    assert f'From: "{settings.brand.name}" <no-reply@idp.example>'.encode() in content
    assert b"Auto-Submitted: auto-generated\r\n" in content
    assert b"Content-Type: multipart/alternative;" in content
    assert f"{now():%d %b %Y %H:%M:%S} +0000".encode() in content
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.isascii()


@pytest.mark.parametrize(
    "subject",
    [
        "Your password was changed",
        "Richten Sie bis zum 29. November 2026 die Anmeldung in zwei Schritten ein",
        "Un code de récupération a été utilisé\u202f: il en reste 3",
        "Grüße",
        "Une application d’authentification a été ajoutée à votre compte" * 3,
        "Một khóa truy cập đã được thêm vào tài khoản của bạn",
        "認証アプリがアカウントに追加されました。" * 8,
    ],
)
@pytest.mark.parametrize(
    "overrides", [{"brand": {"name": "Anmeldung für alle – 認証サービス ünd mehr"}}]
)
def test_a_subject_and_a_name_arrive_letter_by_letter(app, settings, subject):
    made = compose.compose(Rendered(subject, "x", "x"), ANN, "id", now()).as_bytes()

    assert max(map(len, made.split(b"\r\n"))) <= 78
    assert made.isascii()
    read = email.message_from_bytes(made)
    assert decoded(read["Subject"]) == subject
    name, _, address = decoded(read["From"]).rpartition(" ")
    assert (name, address) == (settings.brand.name, "<no-reply@idp.example>")


def decoded(header):
    """As the older classes read it, which know where spaces belong (RFC 2047 §6.2)."""
    return str(make_header(decode_header(header.replace("\r\n", ""))))
