"""The last second factor stays where it is needed, also when two are removed at once (R23)."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import select

from idp.accounts import factors
from idp.accounts.last_factor import Removal
from idp.extensions import db, transaction
from idp.models import Role, TotpCredential, User
from tests.support.factories import Factory
from tests.support.race import at_once


@pytest.fixture
def administrator(a: Factory) -> User:
    user = a.user()
    with a.app.app_context(), transaction():
        db.session.get_one(User, user.id).role = Role.AUDITOR
    return user


def enrolled(a: Factory) -> list[str]:
    with a.app.app_context():
        return list(db.session.scalars(select(TotpCredential.id)))


def test_of_two_that_are_removed_at_once_one_stays(a: Factory, administrator: User) -> None:
    a.phone(administrator)
    a.phone(administrator)
    mine, turn = enrolled(a), count()

    def remove_one() -> Removal:
        credential_id = mine[next(turn) % 2]
        with a.app.app_context(), transaction():
            return factors.remove_totp(db.session.get_one(User, administrator.id), credential_id)

    outcomes = at_once(2, remove_one)

    assert sorted(outcomes) == [Removal.DONE, Removal.NEEDED]
    assert len(enrolled(a)) == 1


def test_what_is_not_there_is_not_removed(a: Factory, administrator: User) -> None:
    a.phone(administrator)

    with a.app.app_context(), transaction():
        outcome = factors.remove_totp(db.session.get_one(User, administrator.id), "0" * 26)

    assert outcome is Removal.UNKNOWN
