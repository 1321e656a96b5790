import json
import stat
import subprocess
import sys

import pytest
from sqlalchemy import delete

from idp import models
from idp.extensions import db, transaction
from idp.signing.algorithms import OFFERED
from tests.support import provider


def by_state(idp, alg):
    listed = idp("keys", "list", "--json").document
    return {key["state"]: key["kid"] for key in listed if key["alg"] == alg}


def test_list_shows_each_key_and_its_state(idp):
    ran = idp("keys", "list", "--json")

    assert [(key["alg"], key["state"]) for key in ran.document] == [
        (alg, "active") for alg in OFFERED
    ]
    assert "private" not in ran.output
    assert ran.document[0]["kid"] in idp("keys", "list").output


def test_rotate_publishes_a_successor_of_every_key(idp, clock, events):
    ran = idp("keys", "rotate", "--json")

    assert [made["alg"] for made in ran.document] == list(OFFERED)
    assert by_state(idp, "RS256").keys() == {"active", "upcoming"}
    clock.advance(hours=24)
    assert by_state(idp, "RS256") == {
        "retiring": by_state(idp, "RS256")["retiring"],
        "active": ran.document[0]["kid"],
    }
    assert events() == ["signing_key_rotated"] * len(OFFERED)


def test_rotate_now_signs_with_the_new_key_at_once(idp):
    ran = idp("keys", "rotate", "--alg", "ES256", "--now", "--reason", "Ticket 4711", "--json")

    assert by_state(idp, "ES256")["active"] == ran.document[0]["kid"]
    assert by_state(idp, "RS256").keys() == {"active"}


def test_a_rotation_that_waits_is_not_repeated(idp, events):
    idp("keys", "rotate")

    ran = idp("keys", "rotate", "--json")
    assert (ran.exit_code, ran.output) == (1, "")
    assert "already published" in ran.errors
    assert len(events()) == len(OFFERED)


def test_an_algorithm_without_a_key_is_refused_and_an_unknown_one_is_wrong_usage(idp, app):
    with app.app_context(), transaction():
        db.session.execute(delete(models.SigningKey).where(models.SigningKey.alg == "PS256"))

    assert idp("keys", "rotate", "--alg", "PS256").exit_code == 1
    assert idp("keys", "rotate", "--alg", "HS256").exit_code == 2


def test_a_compromised_key_is_rotated_and_then_revoked(idp, events):
    old = by_state(idp, "ES256")["active"]
    assert idp("keys", "revoke", "--", old).exit_code == 1

    idp("keys", "rotate", "--alg", "ES256", "--now")
    ran = idp("keys", "revoke", "--json", "--", old)

    assert ran.document == {"kid": old, "state": "revoked"}
    assert by_state(idp, "ES256").keys() == {"active"}
    assert events() == ["signing_key_rotated", "signing_key_revoked"]


def run_as_module(settings, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "idp", *arguments],
        env=provider.environment(settings) | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def empty_deployment(tmp_path):
    return {"IDP_ENVIRONMENT": "production", "IDP_KEYS_DIR": str(tmp_path / "ring")}


def test_init_makes_the_ring_that_production_refuses_to_start_without(
    settings, empty_deployment, tmp_path
):
    refused = run_as_module(settings, "keys", "list", **empty_deployment)
    assert refused.returncode == 1
    assert "python -m idp keys init" in refused.stderr

    made = run_as_module(settings, "keys", "init", "--json", **empty_deployment)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["created"] is True
    (file,) = (tmp_path / "ring").glob("*.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    started = run_as_module(settings, "keys", "list", **empty_deployment)
    assert "python -m idp keys init" not in started.stderr


def test_init_leaves_a_ring_alone(settings, empty_deployment):
    first = run_as_module(settings, "keys", "init", "--json", **empty_deployment)
    second = run_as_module(settings, "keys", "init", "--json", **empty_deployment)

    assert json.loads(second.stdout) == json.loads(first.stdout) | {"created": False}


def test_init_refuses_a_folder_that_it_cannot_use(settings, tmp_path):
    (tmp_path / "file").write_text("")

    ran = run_as_module(settings, "keys", "init", IDP_KEYS_DIR=str(tmp_path / "file"))

    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
