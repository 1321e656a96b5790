"""Whoever can write to the database, and has no key of the ring, gets no second factor by that."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from idp.extensions import db, transaction
from idp.models import AuditEvent, TotpCredential, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.relying_party import RelyingParty

MALLORY = "mallory@example.com"

Recorded = Callable[[str, User], int]


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def hers(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


@pytest.fixture
def mallory(a: Factory) -> User:
    return a.user(MALLORY, name="Mallory")


@pytest.fixture
def her_password_known(a: Factory, browser: Browser, hers: Phone) -> Browser:
    rp: RelyingParty = a.client(trusted=True)
    return browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)


def rows(a: Factory) -> dict[str, bytes]:
    with a.app.app_context():
        found = db.session.execute(select(TotpCredential.user_id, TotpCredential.secret_sealed))
        return {row.user_id: row.secret_sealed for row in found}


def test_a_dump_holds_no_seed(a: Factory, ann: User, hers: Phone) -> None:
    """A29: neither as it is typed nor as bytes."""
    sealed = rows(a)[ann.id]

    assert hers.secret.encode() not in sealed
    assert base64.b32decode(hers.secret) not in sealed


def test_a_row_swapped_between_two_people_opens_for_neither(
    a: Factory, her_password_known: Browser, ann: User, mallory: User, recorded: Recorded
) -> None:
    """A29: a seal names its row and its owner; what does not fit is told to the operator."""
    known = a.phone(mallory)
    stolen = rows(a)[mallory.id]
    with a.app.app_context(), transaction():
        db.session.execute(
            update(TotpCredential)
            .where(TotpCredential.user_id == ann.id)
            .values(secret_sealed=stolen)
        )

    her_password_known.submit(code=known.code())

    assert (her_password_known.status, her_password_known.page) == (422, "second-factor")
    assert recorded("totp_accepted", ann) == 0
    broken = select(func.count()).where(AuditEvent.type == "seal_found_broken")
    with a.app.app_context():
        assert db.session.scalar(broken) == 1


def test_a_row_given_to_somebody_else_opens_nothing(
    a: Factory, her_password_known: Browser, ann: User, mallory: User, recorded: Recorded
) -> None:
    """A29: the whole row moved to her account."""
    known = a.phone(mallory)
    with a.app.app_context(), transaction():
        db.session.execute(
            update(TotpCredential)
            .where(TotpCredential.user_id == mallory.id)
            .values(user_id=ann.id)
        )

    her_password_known.submit(code=known.code())

    assert (her_password_known.status, her_password_known.page) == (422, "second-factor")
    assert recorded("totp_accepted", ann) == 0
