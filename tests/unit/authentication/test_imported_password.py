"""Signing in with a password that another system has hashed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select

from idp import clock
from idp.authentication import foreign_hash, imported_hash, imported_password, password
from idp.authentication.evidence import Evidence
from idp.authentication.password_hash import SCHEME
from idp.authentication.verdict import Reason, Rejected
from idp.extensions import db
from idp.jobs import import_people
from idp.models import Password
from tests.support.factories import EMAIL
from tests.unit.authentication.test_foreign_hash import HASHES, PASSWORD

WRONG = Rejected(Reason.WRONG_CREDENTIALS)


@pytest.fixture
def sign_in(work):
    return lambda typed: work(lambda: password.verify(password.find_user(EMAIL), EMAIL, typed))


@pytest.fixture
def bring(a, work):
    """Ann, whose password another system has hashed."""

    def make(text):
        user = a.user()

        def put():
            db.session.execute(delete(Password).where(Password.user_id == user.id))
            row = imported_password.row(user.id, foreign_hash.read(text))
            db.session.execute(insert(Password).values(**row))

        work(put)
        return user

    return make


@pytest.fixture
def stored(work):
    return lambda: work(lambda: db.session.scalars(select(Password)).one())


@pytest.mark.parametrize("name", ["bcrypt 2y", "django pbkdf2", "ldap ssha", "sha512-crypt"])
def test_the_first_good_sign_in_puts_a_hash_of_ours_in_its_place(bring, sign_in, stored, name):
    bring(HASHES[name])

    assert sign_in("wrong") == WRONG
    assert stored().scheme.startswith("imported-")
    assert isinstance(sign_in(PASSWORD), Evidence)
    assert (stored().scheme, stored().recipe) == (SCHEME, None)
    assert isinstance(sign_in(PASSWORD), Evidence)


def test_neither_the_hash_nor_its_digest_is_in_the_database(bring, stored):
    """A copy of the database alone is no use to whoever guesses."""
    bring(HASHES["ldap ssha"])

    row = stored()
    digest = foreign_hash.read(HASHES["ldap ssha"]).digest
    assert digest.hex() not in row.hash
    assert HASHES["ldap ssha"] not in (row.hash, row.recipe)


def test_a_quick_scheme_is_wrapped_by_the_job_and_still_opens(app, bring, sign_in, stored):
    bring(HASHES["ldap ssha"])
    assert stored().scheme == imported_hash.QUICK

    with app.app_context():
        assert import_people.wrap(clock.now()) == 1
        assert import_people.wrap(clock.now()) == 0

    assert stored().scheme == imported_hash.WRAPPED
    assert stored().hash.startswith("$2b$")
    assert sign_in("wrong") == WRONG
    assert isinstance(sign_in(PASSWORD), Evidence)
    assert stored().scheme == SCHEME


def test_a_hash_that_is_wrapped_during_the_check_is_still_the_one(
    app, bring, sign_in, stored, monkeypatch
):
    bring(HASHES["ldap ssha"])
    check = imported_hash.matches

    def wrapped_meanwhile(*arguments):
        with app.app_context():
            import_people.wrap(clock.now())
        return check(*arguments)

    monkeypatch.setattr(imported_hash, "matches", wrapped_meanwhile)

    assert isinstance(sign_in(PASSWORD), Evidence)
    assert stored().scheme == SCHEME


def test_a_check_takes_the_rounds_of_one_of_our_own(monkeypatch):
    """R10: what the foreign scheme did not take is taken by dummy rounds."""
    from idp.authentication.password_hash import Pepper

    pepper, taken = Pepper("0" * 8, b"k" * 32), []
    foreign = foreign_hash.read(HASHES["ldap ssha"])
    kept = imported_hash.keep(foreign, pepper)

    def count(_password, hashed):
        rounds = int(hashed[4:6])
        taken.append(2**rounds)
        now[0] += 2.0**rounds
        return False

    now = [0.0]
    monkeypatch.setattr(imported_hash.bcrypt, "checkpw", count)
    monkeypatch.setattr(imported_hash.time, "perf_counter", lambda: now[0])

    assert imported_hash.matches(PASSWORD, kept, pepper, 12)

    # Down to the cheapest round that bcrypt knows.
    assert 2**12 - 2**5 <= sum(taken) <= 2**12
