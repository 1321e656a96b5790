from contextlib import suppress

import pytest
from sqlalchemy import delete, select

from idp import clock as real_clock
from idp import models
from idp.extensions import db, transaction
from idp.jobs import rotate_keys
from idp.signing import keystore
from idp.signing.algorithms import OFFERED
from idp.signing.rotation import NotRotated
from tests.support.race import at_once


@pytest.fixture
def overrides():
    return {"signing_keys": {"rsa_key_size": 2048}}


def run():
    return rotate_keys.run(real_clock.now())


def events(type_):
    rows = select(models.AuditEvent.details).where(models.AuditEvent.type == type_)
    return db.session.scalars(rows).all()


def test_a_deployment_without_keys_gets_its_first(app):
    with transaction():
        db.session.execute(delete(models.SigningKey))

    assert run() == len(OFFERED)
    assert keystore.active("RS256")
    assert len(events("signing_keys_created")[0]["kids"]) == len(OFFERED)


def test_a_year_of_daily_runs_has_a_key_at_every_hour(app, clock):
    signers = set()
    for _ in range(365):
        run()
        signers.add(keystore.active("RS256").kid)
        clock.advance(hours=24)

    assert len(signers) == 5
    assert len(events("signing_key_rotated")) == 4 * len(OFFERED)
    # One signs, and the one before it is still published for a month.
    assert 1 <= len([key for key in keystore.public_set() if key.alg == "RS256"]) <= 3


def test_nothing_is_due_twice(app, clock):
    clock.advance(days=89)
    assert run() == len(OFFERED)
    assert run() == 0


def test_nodes_that_run_it_at_once_rotate_once(app, clock):
    clock.advance(days=89)

    def node():
        with app.app_context(), suppress(NotRotated):
            return run()
        return 0

    at_once(3, node)

    rows = db.session.scalars(select(models.SigningKey.alg)).all()
    assert sorted(rows) == sorted(2 * OFFERED)
