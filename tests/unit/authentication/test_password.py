from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config import PasswordSettings
from idp import clock as time
from idp import sealing
from idp.accounts import disable
from idp.authentication import hash_pool, password
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Busy, Reason, Rejected, Throttled
from idp.extensions import db
from idp.models import EmailAddress, Password
from idp.throttle import Device
from tests.support.factories import EMAIL, PASSWORD
from tests.support.race import at_once
from tests.support.statements import recorded

WRONG = Rejected(Reason.WRONG_CREDENTIALS)


@pytest.fixture
def overrides():
    return {
        "database_pool_size": 80,
        "passwords": PasswordSettings(bcrypt_cost=4, hash_queue=40),
    }


@pytest.fixture
def sign_in(work):
    """What typing a name and a password leads to, as on the page."""

    def type_in(typed, secret):
        return work(lambda: password.verify(password.find_user(typed), typed, secret))

    return type_in


def _row(work):
    return work(lambda: db.session.scalars(select(Password)).one())


def test_the_right_password_is_evidence_of_its_credential(a, sign_in, work, audited):
    user = a.user()

    proof = sign_in(EMAIL, PASSWORD)

    assert proof == Evidence(Method.PASSWORD, user.id, _row(work).id, time.now())
    assert audited()["password_accepted"] == 1


@pytest.mark.parametrize("typed", ["ANN@EXAMPLE.COM", " ann@example.com ", "ａnn@example.com"])
def test_the_name_may_be_written_in_many_ways(a, sign_in, typed):
    a.user()

    assert isinstance(sign_in(typed, PASSWORD), Evidence)


@pytest.mark.parametrize("typed", ["", "nobody@example.com", "\x00", "\ud800@x", "x" * 5000, "'--"])
def test_an_unknown_name_is_refused_like_a_wrong_password(a, sign_in, typed):
    a.user()

    assert sign_in(typed, PASSWORD) == WRONG
    assert sign_in(EMAIL, "wrong") == WRONG


def test_a_disabled_account_and_one_without_a_password_are_refused_the_same(
    a, sign_in, work, audited
):
    work(lambda: disable.disable(a.user("off@example.com")))
    a.user("none@example.com")
    work(lambda: db.session.delete(_password_of("none@example.com")))

    assert sign_in("off@example.com", PASSWORD) == WRONG
    assert sign_in("none@example.com", "") == WRONG
    assert audited()["password_rejected"] == 2


def _password_of(address):
    mine = select(Password).join(EmailAddress, EmailAddress.user_id == Password.user_id)
    return db.session.scalars(mine.where(EmailAddress.canonical == address)).one()


def test_a_password_of_more_than_1024_bytes_is_malformed_and_not_hashed(a, sign_in, monkeypatch):
    a.user()
    monkeypatch.setattr(hash_pool.HashPool, "run", None)

    assert sign_in(EMAIL, "x" * 1025) == Rejected(Reason.MALFORMED)
    assert sign_in(EMAIL, "ä" * 513) == Rejected(Reason.MALFORMED)


def test_the_eleventh_wrong_password_waits_whoever_it_is_for(a, sign_in, audited):
    a.user()
    known = [sign_in(EMAIL, "wrong") for _ in range(11)]

    assert known == [WRONG] * 10 + [Throttled(timedelta(minutes=5))]
    assert sign_in(EMAIL, PASSWORD) == Throttled(timedelta(minutes=5))
    assert audited()["limit_reached"] == 2


def test_an_unknown_name_in_all_its_spellings_has_one_counter(sign_in):
    spellings = [
        "x@example.com",
        "X@EXAMPLE.COM",
        " x@example.com",
        "ｘ@example.com",
        "x@Example.com",
    ]

    results = [sign_in(typed, "wrong") for typed in spellings * 2]

    assert results == [WRONG] * 10
    assert isinstance(sign_in("x@example.com", "wrong"), Throttled)


def test_signing_in_again_and_again_with_the_right_password_never_waits(a, sign_in):
    a.user()

    assert all(isinstance(sign_in(EMAIL, PASSWORD), Evidence) for _ in range(25))


def test_of_64_guesses_at_once_ten_are_looked_at(a, work):
    user = a.user()

    outcomes = at_once(64, lambda: work(lambda: password.verify(user, EMAIL, "wrong")))

    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 54


def test_a_new_pepper_rehashes_at_the_next_sign_in_and_only_then(a, app, sign_in, work):
    """R8."""
    a.user()
    before = _row(work)
    ring = app.extensions["idp.keyring"]
    added = sealing.KeyRing(ring.keys | {"feedbeef": b"n" * 32}, "feedbeef")
    app.extensions["idp.keyring"] = added

    sign_in(EMAIL, "wrong")
    assert _row(work).hash == before.hash
    sign_in(EMAIL, PASSWORD)

    after = _row(work)
    assert (after.pepper_key_id, after.id) == ("feedbeef", before.id)
    assert after.changed_at == before.changed_at
    assert isinstance(sign_in(EMAIL, PASSWORD), Evidence)


def test_a_higher_cost_rehashes_too(a, app, sign_in, work):
    a.user()
    raised = PasswordSettings(bcrypt_cost=5)
    settings = app.extensions["idp.settings"]
    app.extensions["idp.settings"] = settings.model_copy(update={"passwords": raised})

    assert isinstance(sign_in(EMAIL, PASSWORD), Evidence)

    assert _row(work).hash.startswith("$2b$05$")


BUSY = Busy(hash_pool.RETRY_AFTER)


@pytest.fixture
def crowd(app, settings):
    """While its block lasts, no slot is free, and nobody waits for one."""

    @contextmanager
    def of_others():
        passwords = settings.passwords.model_copy(update={"hash_wait": timedelta(0)})
        app.extensions["idp.settings"] = settings.model_copy(update={"passwords": passwords})
        pool = hash_pool.pool(hash_pool.slots_for(passwords.hash_slots), passwords.hash_queue)
        with ExitStack() as held:
            while not pool.is_crowded(Device.KNOWN):
                held.enter_context(pool.slot(timedelta(0), Device.KNOWN))
            yield

    return of_others


def test_without_a_free_slot_nobody_is_told_whether_it_was_right(a, sign_in, crowd):
    a.user()
    with crowd():
        assert sign_in(EMAIL, PASSWORD) == sign_in(EMAIL, "wrong") == BUSY


def test_who_was_only_told_to_come_back_has_used_up_nothing(a, sign_in, crowd):
    a.user()
    with crowd():
        assert [sign_in(EMAIL, PASSWORD) for _time in range(20)] == [BUSY] * 20

    assert isinstance(sign_in(EMAIL, PASSWORD), Evidence)


def test_who_has_tried_too_often_is_told_so_and_takes_no_place_in_the_line(
    a, sign_in, crowd, audited
):
    a.user()
    for _time in range(10):
        sign_in(EMAIL, "wrong")

    with crowd():
        refused = sign_in(EMAIL, PASSWORD)

    assert isinstance(refused, Throttled)
    assert timedelta(minutes=4) < refused.wait <= timedelta(minutes=5)
    assert audited()["limit_reached"] == 1


def test_many_who_sign_in_at_once_from_one_address_all_succeed(a, sign_in):
    """Those who wait for their turn have not failed: no limit of the address counts them."""
    addresses = [f"person{number}@example.com" for number in range(30)]
    for address in addresses:
        a.user(address)

    outcomes = at_once(30, lambda: sign_in(addresses.pop(), PASSWORD))

    assert [type(outcome) for outcome in outcomes] == [Evidence] * 30


def test_setting_a_password_replaces_the_old_one(a, sign_in, work):
    user = a.user()

    assert work(lambda: password.set_password(user, "another one entirely")) is None

    assert sign_in(EMAIL, PASSWORD) == WRONG
    assert isinstance(sign_in(EMAIL, "another one entirely"), Evidence)


def test_two_that_set_a_password_at_once_leave_one(a, work):
    user = a.user()

    at_once(8, lambda: work(lambda: password.set_password(user, "another one entirely")))

    assert _row(work).user_id == user.id


def test_hashing_never_happens_after_a_write(a, work):
    user = a.user()

    def write_then_hash():
        db.session.execute(update(Password).values(scheme=Password.scheme))
        return password.prepare("another one entirely")

    with pytest.raises(RuntimeError, match="before the first write"):
        work(write_then_hash)
    assert user


def test_known_and_unknown_names_take_the_same_statements(a, app, sign_in):
    """R10, A32."""
    a.user()
    sign_in(EMAIL, "wrong")
    with app.app_context():
        engine = db.engine

    with recorded(engine) as known:
        sign_in(EMAIL, "wrong")
    with recorded(engine) as unknown:
        sign_in("nobody@example.com", "wrong")

    assert known.statements == unknown.statements
    assert len(known.statements) <= 8
