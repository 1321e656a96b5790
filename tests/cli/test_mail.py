"""What the operator can do about mail that does not arrive."""

import pytest
from sqlalchemy import select

from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import deliver_mail
from idp.mail import messages
from idp.models import OutboundMessage
from tests.support import live_server
from tests.support.mail_server import running

ANN = "ann@example.com"
NO_SUCH_USER = "550 5.1.1 no such user"


@pytest.fixture
def port():
    return live_server.free_port()


@pytest.fixture
def overrides(port):
    return {"mail_url": f"smtp://127.0.0.1:{port}"}


@pytest.fixture
def refused(app, a, port):
    """A warning and a reset link that the mail server did not want."""
    with app.app_context():
        user = a.user(ANN)
        with transaction():
            messages.password_changed(user)
            messages.password_reset(user, "https://idp.example/reset/s3cr3t")
        with running(port=port) as server:
            server.answers[ANN] = NO_SUCH_USER
            assert deliver_mail.run(now()) == 0


def ids(idp):
    return {one["mail"]: one["id"] for one in idp("mail", "list", "--dead", "--json").document}


def test_dead_mail_is_listed_without_its_text(idp, refused):
    listed = idp("mail", "list", "--dead", "--json")

    assert listed.exit_code == 0
    assert {one["mail"] for one in listed.document} == {"password_changed", "password_reset"}
    assert {(one["state"], one["recipient"], one["problem"]) for one in listed.document} == {
        ("dead", ANN, "smtp 550")
    }
    assert "s3cr3t" not in listed.output
    table = idp("mail", "list").output
    assert "smtp 550" in table
    assert "s3cr3t" not in table


def test_waiting_mail_is_listed_but_is_not_dead(idp, app, a):
    with app.app_context(), transaction():
        messages.password_changed(a.user(ANN))

    assert [one["state"] for one in idp("mail", "list", "--json").document] == ["waiting"]
    assert idp("mail", "list", "--dead").output == "Nothing.\n"


def test_a_dead_mail_is_tried_again(idp, refused, app, port):
    message_id = ids(idp)["password_changed"]

    retried = idp("mail", "retry", message_id, "--json")

    assert retried.document == {"id": message_id, "state": "waiting"}
    with app.app_context(), running(port=port) as server:
        assert deliver_mail.run(now()) == 1
    assert server.taken[0].rcpt_tos == [ANN]
    assert ids(idp).keys() == {"password_reset"}


def test_a_dead_link_is_not_sent_again_since_it_is_gone(idp, refused, app):
    message_id = ids(idp)["password_reset"]

    ran = idp("mail", "retry", message_id)

    assert ran.exit_code == 1
    assert "asked for again" in ran.errors
    with app.app_context():
        row = db.session.scalars(
            select(OutboundMessage).where(OutboundMessage.id == message_id)
        ).one()
        assert row.dead_at
        assert row.secret_sealed is None


def test_what_is_not_dead_is_not_tried_again(idp, app, a):
    with app.app_context(), transaction():
        messages.password_changed(a.user(ANN))
    (waiting,) = idp("mail", "list", "--json").document

    for message_id in (waiting["id"], "nothing"):
        ran = idp("mail", "retry", message_id)
        assert ran.exit_code == 1
        assert ran.errors == f"There is no dead mail {message_id}.\n"


def test_a_test_mail_leaves_at_once(idp, port):
    with running(port=port) as server:
        ran = idp("mail", "test", "olga@example.com", "--json")

    assert ran.exit_code == 0
    assert ran.document == {
        "to": "olga@example.com",
        "from": "no-reply@idp.example",
        "sent": True,
    }
    assert server.taken[0].rcpt_tos == ["olga@example.com"]


def test_a_test_mail_says_why_it_does_not_leave(idp, port):
    dead = idp("mail", "test", "olga@example.com")
    assert dead.exit_code == 1
    assert dead.errors == "Not sent: smtp: ConnectionRefusedError.\n"

    with running(port=port) as server:
        server.sender_answer = "550 5.7.1 not you"
        assert idp("mail", "test", "olga@example.com").errors == "Not sent: smtp 550.\n"

    assert idp("mail", "test", "olga\r\nBcc: eve@evil.example").exit_code == 1
