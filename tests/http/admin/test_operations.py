"""Keys, mail, settings and the doctor in the administration."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import deliver_mail
from idp.mail import messages
from idp.models import AuditEvent, OutboundMessage, Role, SigningKey, User
from idp.signing import keystore
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory
from tests.support.mailbox import Mailbox

REASON = "Ticket 4711"
READERS = {
    "/admin/keys": {Role.OWNER, Role.AUDITOR},
    "/admin/mail": {Role.OWNER, Role.AUDITOR, Role.SUPPORT},
    "/admin/settings": {Role.OWNER, Role.AUDITOR},
    "/admin/doctor": {Role.OWNER, Role.AUDITOR},
}


def details(a: Factory, type_: str) -> list[dict[str, object]]:
    with a.app.app_context():
        found = select(AuditEvent.details).where(AuditEvent.type == type_)
        return list(db.session.scalars(found.order_by(AuditEvent.id)))


def active_kid(a: Factory, alg: str = "ES256") -> str:
    with a.app.app_context():
        return keystore.active(alg).kid


def count_of_keys(a: Factory) -> int:
    with a.app.app_context():
        return len(db.session.scalars(select(SigningKey.kid)).all())


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_whoever_may_read_it(arrive: Arrive, role: Role) -> None:
    browser = arrive(role)

    for path, readers in READERS.items():
        assert browser.open(path).status == (200 if role in readers else 403), path


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.CLIENT_MANAGER])
def test_only_an_owner_changes_anything(a: Factory, arrive: Arrive, role: Role) -> None:
    browser, before = arrive(role), count_of_keys(a)
    kid = active_kid(a)

    assert browser.open(f"/admin/keys/{kid}/rotate").status == 403
    for path in (f"/admin/keys/{kid}/rotate", "/admin/mail/test", "/admin/mail/x/retry"):
        browser.open(path, method="POST", data={"kid": kid, "reason": REASON})
        assert browser.status == 403, path
    assert count_of_keys(a) == before
    assert "Rotate" not in browser.open("/admin/keys").text


# --- keys ------------------------------------------------------------------------------------


def test_keys_are_listed_without_their_private_halves(a: Factory, owner: Browser) -> None:
    kid = active_kid(a)

    owner.open("/admin/keys")

    assert kid in owner.text
    assert "Active: signs now" in owner.text
    assert '"d"' not in owner.response.get_data(as_text=True)


def test_a_key_is_rotated_once_its_kid_is_typed(a: Factory, owner: Browser) -> None:
    kid, before = active_kid(a), count_of_keys(a)

    owner.open(f"/admin/keys/{kid}/rotate").submit(kid=kid, reason=REASON)

    assert owner.page == "admin-keys"
    assert "A new key is published." in owner.text
    assert "Upcoming" in owner.text
    assert count_of_keys(a) == before + 1
    assert active_kid(a) == kid
    (event,) = details(a, "signing_key_rotated")
    assert (event["alg"], event["reason"]) == ("ES256", REASON)
    owner.open(f"/admin/keys/{kid}/rotate").submit(kid=kid, reason=REASON)
    assert owner.status == 422
    assert "Its successor is published already" in owner.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"kid": "something else", "reason": REASON}, "kid"), ({"reason": ""}, "reason")],
)
def test_a_rotation_wants_kid_and_reason(
    a: Factory, owner: Browser, fields: dict[str, str], wrong: str
) -> None:
    kid, before = active_kid(a), count_of_keys(a)

    owner.open(f"/admin/keys/{kid}/rotate").submit(**({"kid": kid} | fields))

    assert owner.status == 422
    assert owner.find(f"#{wrong}-error")
    assert count_of_keys(a) == before


def test_a_key_that_does_not_sign_is_not_rotated(owner: Browser) -> None:
    assert owner.open("/admin/keys/nothing/rotate").status == 404


# --- mail ------------------------------------------------------------------------------------


@pytest.fixture
def given_up(a: Factory, owner: Browser) -> dict[str, str]:
    """A warning and a reset link that were given up, by their names."""
    with a.app.app_context():
        with transaction():
            user = db.session.scalars(select(User)).one()
            messages.password_changed(user)
            messages.password_reset(user, "https://idp.example/reset/s3cr3t")
            db.session.flush()
            for row in db.session.scalars(select(OutboundMessage)):
                row.dead_at, row.last_error = now(), "smtp 550"
        rows = db.session.scalars(select(OutboundMessage))
        return {row.payload["name"]: row.id for row in rows}


def test_mail_that_was_given_up_is_listed_and_tried_again(
    a: Factory, owner: Browser, given_up: dict[str, str], mailbox: Mailbox
) -> None:
    owner.open("/admin/mail")
    assert "smtp 550" in owner.text
    assert "s3cr3t" not in owner.response.get_data(as_text=True)

    owner.press("Try again")

    assert "The mail is tried again." in owner.text
    assert details(a, "mail_retried") == [{"message_id": given_up["password_changed"]}]
    with a.app.app_context():
        assert deliver_mail.run(now()) == 1


def test_a_link_that_is_gone_is_not_sent_again(
    a: Factory, owner: Browser, given_up: dict[str, str]
) -> None:
    token = owner.open("/admin/mail").find("input[name=csrf_token]")["value"]
    path = f"/admin/mail/{given_up['password_reset']}/retry"

    owner.open(path, method="POST", data={"csrf_token": str(token)})

    assert owner.status == 422
    assert "Its reader has to ask for a new one." in owner.text
    assert details(a, "mail_retried") == []


def test_a_test_mail_goes_to_whoever_asks(a: Factory, owner: Browser, mailbox: Mailbox) -> None:
    owner.open("/admin/mail").press("Send a test mail")

    assert "The test mail was sent." in owner.text
    assert details(a, "mail_tested") == [{"problem": ""}]


# --- settings and doctor ---------------------------------------------------------------------


def test_settings_are_shown_with_their_origin_and_without_secrets(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDP_ISSUER", "http://localhost:5000")

    owner.open("/admin/settings")

    assert "IDP_TOKENS__ACCESS_TOKEN_LIFETIME" in owner.text
    assert "environment IDP_ISSUER" in owner.text


def test_the_doctor_says_what_he_found(owner: Browser) -> None:
    owner.open("/admin/settings").follow("Ask the doctor")

    assert owner.page == "admin-doctor"
    assert "Database:" in owner.text
    assert EMAIL in owner.text
