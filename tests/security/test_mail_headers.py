"""A48: nothing that somebody types breaks out of its place in a mail, or on its way to a server."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp import outbox
from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import deliver_mail
from idp.mail import compose, messages, post
from idp.mail.address import Unsendable, sendable
from idp.mail.render import Rendered
from idp.models import OutboundMessage
from tests.support import live_server
from tests.support.mail_server import running

ANN = "ann@example.com"


@pytest.fixture
def port():
    return live_server.free_port()


@pytest.fixture
def overrides(port):
    return {"mail_url": f"smtp://127.0.0.1:{port}"}


@pytest.fixture
def ann(a):
    return a.user(ANN)


@pytest.fixture(autouse=True)
def _in_the_app(clock, app):
    with app.app_context():
        yield


def run():
    return deliver_mail.run(now())


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com\r\nBcc: eve@evil.example",
        "ann@example.com\nRCPT TO:<eve@evil.example>",
        "ann@example.com\x00",
        "ann@example.com, eve@evil.example",
        "<ann@example.com>",
        "ann@evil.example@example.com",
        "ann @example.com",
        "ann\u2028@example.com",
        "@example.com",
        "ann@",
        "",
    ],
)
def test_a48_an_address_that_is_more_than_an_address_is_refused(app, settings, address):
    with pytest.raises(Unsendable):
        sendable(address)
    with pytest.raises(Unsendable), transaction():
        messages.registration(address, f"{settings.issuer}/r")
    with pytest.raises(ValueError, match="address"):
        compose.compose(Rendered("Hello", "x", "x"), address, "id", now())


@pytest.mark.parametrize(
    "name", ["Evil\r\nBcc: eve@evil.example", "Evil\n\nHello", "A\u202eB" * 90]
)
def test_a48_names_do_not_break_out_of_their_header(ann, port, name):
    with transaction():
        messages.app_connected(ann, name)
    with running(port=port) as server:
        assert run() == 1

    head, _, _ = server.taken[0].content.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1].strip()]
    assert names.count(b"Bcc") == 0
    assert sorted(names) == sorted(set(names))
    assert server.taken[0].rcpt_tos == [ANN]


def test_a48_a_subject_with_a_line_break_is_refused_by_the_last_door(app):
    with pytest.raises(ValueError, match="Header"):
        compose.compose(Rendered("Hi\r\nBcc: eve@evil.example", "x", "x"), ANN, "id", now())


def test_an_address_that_slipped_in_dies_instead_of_being_sent(app, port):
    with transaction():
        payload = {"name": "password_changed", "language": "en", "facts": {}}
        outbox.put(post.KIND, "ann@example.com\r\nBcc: eve@evil.example", payload)
    with running(port=port) as server:
        assert run() == 0

    assert server.connections == 0
    problems = db.session.scalars(select(OutboundMessage.last_error)).all()
    assert problems == ["refused: no such mail, or not an address"]
