import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from idp import cache, models, schema, sealing
from idp import clock as real_clock
from idp.extensions import db, transaction
from idp.signing import jwt, keystore, rotation
from idp.signing.algorithms import OFFERED
from idp.signing.key import State
from idp.signing.rotation import NotRotated
from tests.support import provider, run
from tests.support.race import at_once

ENSURE = """
import sys
import config
from idp import create_app
from idp.extensions import transaction
from idp.signing import rotation

app = create_app(config.load())
with app.app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    with transaction():
        print(len(rotation.ensure_keys()), flush=True)
"""


@pytest.fixture
def overrides():
    return {"signing_keys": {"rsa_key_size": 2048}}


def states(alg="ES256"):
    now = real_clock.now()
    return {key.kid: key.state(now) for key in keystore.current().by_alg[alg]}


def token():
    claims = {"iss": provider.ISSUER, "exp": int(real_clock.now().timestamp()) + 10**9}
    return jwt.sign(jwt.ID_TOKEN, claims, "ES256")


def is_good(signed):
    with suppress(jwt.InvalidToken):
        return bool(jwt.verify(signed, typ=jwt.ID_TOKEN, algs=["ES256"]))
    return False


def forget(*algs):
    """As if the deployment were older than these algorithms."""
    with transaction():
        db.session.execute(delete(models.SigningKey).where(models.SigningKey.alg.in_(algs)))
        cache.changed(keystore.CACHE_NAME)


def test_an_older_deployment_gets_keys_for_what_is_offered_now(app):
    kept = keystore.active("RS256").kid
    forget("PS256", "EdDSA")

    with transaction():
        made = rotation.ensure_keys()

    assert {keystore.active("PS256").kid, keystore.active("EdDSA").kid} == set(made)
    assert keystore.active("RS256").kid == kept


def test_first_keys_are_made_once(empty_database_url):
    app = provider.build(provider.settings_for(empty_database_url, run.folder()))
    with app.app_context():
        schema.upgrade(db.engine)
        with transaction():
            first = rotation.ensure_keys()
        with transaction():
            second = rotation.ensure_keys()
        assert keystore.active("RS256").public_jwk["e"] == "AQAB"
        assert {keystore.active(alg).kid for alg in OFFERED} == set(first)
        assert second == []
    provider.dispose(app)


def test_two_processes_make_one_key_of_each_algorithm(empty_database_url):
    settings = provider.settings_for(empty_database_url, run.folder())
    app = provider.build(settings)
    with app.app_context():
        schema.upgrade(db.engine)
    environment = provider.environment(settings) | {"IDP_SIGNING_KEYS__RSA_KEY_SIZE": "2048"}
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", ENSURE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    for process in starters:
        assert process.stdout.readline() == "ready\n"
    for process in starters:
        process.stdin.write("\n")
        process.stdin.flush()
    made = [int(process.communicate(timeout=60)[0]) for process in starters]

    with app.app_context():
        rows = db.session.execute(
            select(models.SigningKey.alg, func.count()).group_by(models.SigningKey.alg)
        ).all()
    provider.dispose(app)
    assert sorted(map(tuple, rows)) == [(alg, 1) for alg in sorted(OFFERED)]
    assert sum(made) == len(OFFERED)


@pytest.mark.spec("OIDC Core", "10.1.1")
def test_a_successor_is_published_a_day_before_it_signs(app, clock):
    old = keystore.active("ES256").kid
    with transaction():
        new = rotation.rotate("ES256")

    assert states() == {old: State.ACTIVE, new: State.UPCOMING}
    assert new in {key.kid for key in keystore.public_set()}
    clock.advance(hours=23, minutes=59)
    assert keystore.active("ES256").kid == old

    clock.advance(minutes=1)
    assert states() == {old: State.RETIRING, new: State.ACTIVE}
    assert keystore.active("ES256").kid == new


def test_a_retired_key_is_not_published_but_still_verifies_hints(app, clock):
    old = keystore.active("ES256").kid
    hint = token()
    with transaction():
        rotation.rotate_at_once("ES256")

    clock.advance(days=30)
    assert old in {key.kid for key in keystore.public_set()}
    clock.advance(days=1)
    assert old not in {key.kid for key in keystore.public_set()}
    assert jwt.verify_even_if_expired(hint, typ=jwt.ID_TOKEN, algs=["ES256"])


def test_an_emergency_takes_the_place_of_a_waiting_successor(app, clock):
    old = keystore.active("ES256").kid
    with transaction():
        waiting = rotation.rotate("ES256")
    clock.advance(hours=1)

    with transaction():
        new = rotation.rotate_at_once("ES256")

    assert states() == {old: State.RETIRING, new: State.ACTIVE}
    assert waiting not in states()
    clock.advance(days=2)
    assert keystore.active("ES256").kid == new


def test_a_second_rotation_waits_for_the_first(app, clock):
    with transaction():
        rotation.rotate("ES256")

    with pytest.raises(NotRotated, match="already published"), transaction():
        rotation.rotate("ES256")
    clock.advance(days=2)
    with transaction():
        assert rotation.rotate("ES256")


@pytest.mark.parametrize("rotate", [rotation.rotate, rotation.rotate_at_once])
def test_of_many_rotations_at_once_one_wins(app, rotate):
    def attempt():
        with app.app_context(), suppress(NotRotated), transaction():
            return rotate("ES256")
        return None

    # Emergencies may follow each other; what must hold is that one key has no successor.
    winners = [kid for kid in at_once(6, attempt) if kid]

    newest = select(func.count()).where(
        models.SigningKey.alg == "ES256", models.SigningKey.retires_at.is_(None)
    )
    total = select(func.count()).where(models.SigningKey.alg == "ES256")
    assert db.session.scalar(newest) == 1
    assert db.session.scalar(total) == 1 + len(winners)
    assert winners
    if rotate is rotation.rotate:
        assert len(winners) == 1


def test_a_rotation_that_is_rolled_back_changes_nothing(app):
    before = states()
    with suppress(ZeroDivisionError), transaction():
        rotation.rotate_at_once("ES256")
        assert states() != before
        raise ZeroDivisionError

    assert states() == before
    assert is_good(token())


def test_keys_come_due_a_day_before_ninety(app, clock):
    assert rotation.due(real_clock.now()) == []
    clock.advance(days=88, hours=23)
    assert rotation.due(real_clock.now()) == []
    clock.advance(hours=1)
    assert rotation.due(real_clock.now()) == sorted(OFFERED)


def test_a_revoked_key_verifies_nothing(app, clock):
    old, signed = keystore.active("ES256").kid, token()
    with transaction():
        rotation.rotate_at_once("ES256")
    assert is_good(signed)

    with transaction():
        rotation.revoke(old)

    assert not is_good(signed)
    assert keystore.verifying(old) is None


def test_the_key_that_signs_cannot_be_revoked(app):
    with pytest.raises(NotRotated, match="rotate it first"), transaction():
        rotation.revoke(keystore.active("ES256").kid)


def test_private_parts_of_retired_keys_are_erased(app, clock):
    old, signed = keystore.active("ES256").kid, token()
    with transaction():
        rotation.rotate_at_once("ES256")
    clock.advance(days=32)

    with transaction():
        assert rotation.erase_private_parts(real_clock.now()) == 1
        assert rotation.erase_private_parts(real_clock.now()) == 0

    kept = select(models.SigningKey.private_sealed).where(models.SigningKey.kid == old)
    assert db.session.scalar(kept) == b""
    assert is_good(signed)


def test_a_private_part_opens_only_in_its_own_row(app, settings):
    rows = db.session.execute(select(models.SigningKey.kid, models.SigningKey.private_sealed)).all()
    (first, sealed), (second, _), *_ = rows
    assert b"PRIVATE" not in sealed
    with transaction():
        db.session.execute(
            update(models.SigningKey)
            .where(models.SigningKey.kid == second)
            .values(private_sealed=sealed)
        )

    fresh = provider.build(settings)
    with fresh.app_context(), pytest.raises(sealing.SealBroken):
        keystore.current()
    provider.dispose(fresh)
    assert first != second


def test_there_is_no_key_for_what_was_never_offered(app):
    forget("PS256")

    with pytest.raises(keystore.NoSigningKey):
        keystore.active("PS256")
    with pytest.raises(NotRotated):
        rotation.rotate("PS256")


def test_lead_and_retention_come_from_the_settings(app, clock):
    with transaction():
        rotation.rotate("ES256")

    old = next(key for key in keystore.current().by_alg["ES256"] if key.retires_at)
    assert old.retires_at - real_clock.now() == timedelta(hours=24)
    assert old.retired_at - old.retires_at == timedelta(days=31)
