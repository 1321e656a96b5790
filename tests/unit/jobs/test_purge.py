from datetime import timedelta

import pytest
from sqlalchemy import func, select

from idp import clock as real_clock
from idp import models, opaque
from idp.extensions import db, transaction
from idp.jobs import batches, purge
from tests.support.statements import recorded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def user(app):
    with transaction():
        made = models.User(name="Ann")
        db.session.add(made)
    return made


def keep(*rows):
    with transaction():
        db.session.add_all(rows)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def ago(age):
    return real_clock.now() - age


def digest():
    return opaque.digest(opaque.make())


def interaction(user, age):
    return models.Interaction(kind="authorize", expires_at=ago(age))


def session(user, age):
    return models.Session(user_id=user.id, token_digest=digest(), expires_at=ago(age))


def proof(user, age):
    return models.AuthenticationEvent(
        user_id=user.id, method="password", credential_id="x", proven_at=ago(age)
    )


def code(user, age):
    return models.AuthorizationCode(
        digest=digest(),
        client_id="photos",
        user_id=user.id,
        redirect_uri="https://app.example/cb",
        scope="openid",
        approval={},
        expires_at=ago(age),
    )


def family(user, age, **values):
    return models.TokenFamily(
        client_id="photos",
        user_id=user.id,
        scope="openid",
        approval={},
        expires_at=ago(age),
        **values,
    )


def bucket(user, age):
    return models.Bucket(
        key=opaque.make(),
        count=1,
        capacity=10,
        window_started_at=ago(age + HOUR),
        opens_at=ago(age + HOUR),
        expires_at=ago(age),
    )


def missed_code(user, age):
    return models.TotpMiss(bound_to=opaque.make(), step=1, steps_off=1, missed_at=ago(age))


def denied_token(user, age):
    return models.DeniedToken(jti=opaque.make(), expires_at=ago(age))


def used_assertion(user, age):
    return models.UsedAssertion(digest=digest(), expires_at=ago(age))


def mailed_link(user, age):
    return models.MailedLink(
        digest=digest(), purpose="set_password", user_id=user.id, expires_at=ago(age)
    )


def pending_totp(user, age):
    return models.TotpCredential(
        user_id=user.id, name="Phone", secret_sealed=b"x", pending_until=ago(age)
    )


def pending_codes(user, age):
    return models.RecoveryCodeSet(user_id=user.id, codes_sealed=b"x", pending_until=ago(age))


@pytest.mark.parametrize(
    ("make", "kept", "purged"),
    [
        (interaction, 23 * HOUR, 25 * HOUR),
        (session, 23 * HOUR, 25 * HOUR),
        (proof, 31 * DAY, 32 * DAY),
        (code, 30 * DAY, 32 * DAY),
        (family, 23 * HOUR, 25 * HOUR),
        (bucket, -HOUR, HOUR),
        (missed_code, 23 * HOUR, 25 * HOUR),
        (denied_token, -HOUR, HOUR),
        (used_assertion, -HOUR, HOUR),
        (mailed_link, 6 * DAY, 8 * DAY),
        (pending_totp, 23 * HOUR, 25 * HOUR),
        (pending_codes, 23 * HOUR, 25 * HOUR),
    ],
)
def test_what_has_no_meaning_goes_and_what_has_stays(app, clock, user, make, kept, purged):
    keep(make(user, kept))
    assert purge.run(real_clock.now()) == 0
    assert count(type(make(user, kept))) == 1

    keep(make(user, purged))
    assert purge.run(real_clock.now()) == 1
    assert count(type(make(user, kept))) == 1


def test_confirmed_factors_are_never_purged(app, clock, user):
    keep(
        models.TotpCredential(
            user_id=user.id,
            name="Phone",
            secret_sealed=b"x",
            pending_until=ago(90 * DAY),
            confirmed_at=ago(90 * DAY),
        )
    )

    assert purge.run(real_clock.now()) == 0
    assert count(models.TotpCredential) == 1


def test_a_spent_code_is_recognised_while_anything_issued_from_it_lives(app, clock, user):
    spent = code(user, 29 * DAY)
    keep(spent)
    keep(family(user, -HOUR, code_digest=spent.digest))
    purge.run(real_clock.now())
    assert count(models.AuthorizationCode) == 1

    clock.advance(days=1, hours=2)
    purge.run(real_clock.now())

    assert count(models.TokenFamily) == 0
    assert count(models.AuthorizationCode) == 0


def test_a_family_goes_after_the_last_of_its_refresh_tokens(app, clock, user):
    ended = family(user, 25 * HOUR)
    keep(ended)
    keep(*(token(ended, 25 * HOUR) for _ in range(3)))

    purge.run(real_clock.now())

    assert count(models.RefreshToken) == 0
    assert count(models.TokenFamily) == 0


def token(of, age):
    return models.RefreshToken(digest=digest(), family_id=of.id, expires_at=ago(age))


def test_no_transaction_removes_more_than_a_hundred_rows(app, clock, user):
    keep(*(bucket(user, HOUR) for _ in range(250)))

    with recorded(db.engine) as record:
        assert purge.run(real_clock.now()) == 250

    deletions = [text for text in record.statements if text.startswith("DELETE FROM buckets")]
    assert len(deletions) >= 3
    assert count(models.Bucket) == 0


def test_one_run_is_bounded_and_the_next_goes_on(app, clock, user, monkeypatch):
    monkeypatch.setattr(purge, "MOST_ROWS", 200)
    keep(*(bucket(user, HOUR) for _ in range(250)))

    assert purge.run(real_clock.now()) == 200
    assert purge.run(real_clock.now()) == 50


def test_a_batch_that_took_long_makes_the_next_one_smaller(app, clock, user, monkeypatch):
    monkeypatch.setattr(batches, "LONG_SECONDS", 0.0)
    keep(*(bucket(user, HOUR) for _ in range(200)))
    gone = []
    removing = purge._remove_some
    monkeypatch.setattr(
        purge, "_remove_some", lambda *told: gone.append(removing(*told)) or gone[-1]
    )

    assert purge.run(real_clock.now()) == 200

    assert [batch for batch in gone if batch][:3] == [100, 50, 25]
