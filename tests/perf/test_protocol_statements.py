"""What the machine endpoints ask of the database, whatever the machine's speed."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from idp import clock
from idp.extensions import db
from idp.oauth import rfc7523_client_assertion
from tests.http.oauth.conftest import Approver
from tests.support.signer import signer
from tests.support.statements import recorded


@pytest.fixture
def approve(app, a):
    return Approver(app, a.user())


@pytest.fixture
def at_most(app):
    """Statements and writing transactions of the block, once caches are warm."""
    with app.app_context():
        engine = db.engine

    @contextmanager
    def measured(*, statements, writes):
        with recorded(engine) as record:
            yield
        # The comparison of the caches' version comes once a second, whoever asks then.
        counted = [one for one in record.statements if "FROM cache_versions" not in one]
        assert len(counted) <= statements, counted
        assert record.writing_transactions == writes, record.statements

    return measured


def test_client_credentials(a, at_most):
    machine = a.client("machine", scope="reports:read")
    machine.token(grant_type="client_credentials")

    with at_most(statements=1, writes=0):
        assert machine.token(grant_type="client_credentials").status_code == 200


def test_client_credentials_by_a_key(a, at_most):
    machine = a.client("machine", token_endpoint_auth_method="private_key_jwt", jwks=signer().jwks)
    now = int(clock.now().timestamp())
    parties = {"iss": machine.client_id, "sub": machine.client_id, "aud": machine.issuer}

    def ask(jti):
        assertion = signer().sign(parties | {"jti": jti, "exp": now + 60})
        return machine.token(
            grant_type="client_credentials",
            client_assertion=assertion,
            client_assertion_type=rfc7523_client_assertion.TYPE,
        )

    ask("first")
    with at_most(statements=2, writes=1):
        assert ask("second").status_code == 200


def test_code_exchange(a, approve, at_most):
    rp = a.client()
    approve.tokens(rp)
    code = approve.code(rp)

    with at_most(statements=5, writes=1):
        assert rp.exchange(code).status_code == 200


def test_refresh_without_rotation(a, approve, at_most):
    rp = a.client()
    token = approve.tokens(rp)["refresh_token"]

    with at_most(statements=4, writes=0):
        assert rp.refresh(token).status_code == 200


def test_refresh_without_rotation_after_a_day(a, approve, at_most, clock):
    rp = a.client()
    token = approve.tokens(rp, scope="openid offline_access")["refresh_token"]
    rp.refresh(token)
    clock.advance(days=1)
    rp.refresh(approve.tokens(rp)["refresh_token"])

    with at_most(statements=4, writes=1):
        assert rp.refresh(token).status_code == 200


def test_refresh_with_rotation(a, approve, at_most):
    spa = a.client("spa")
    token = spa.refresh(approve.tokens(spa)["refresh_token"]).json["refresh_token"]

    with at_most(statements=4, writes=1):
        assert spa.refresh(token).status_code == 200


def test_userinfo(a, approve, at_most):
    rp = a.client()
    token = approve.tokens(rp, scope="openid profile email")["access_token"]
    rp.userinfo(token)

    with at_most(statements=2, writes=0):
        assert rp.userinfo(token).status_code == 200


def test_authorization_with_a_live_session_and_remembered_consent(a, browser, at_most):
    """Answered in the same request, without a page of ours."""
    from tests.support.factories import EMAIL, PASSWORD

    rp, _ = a.client(), a.user(email="other@example.com")
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    browser.open(rp.authorization_url())
    assert browser.left_for is not None

    with at_most(statements=5, writes=1):
        response = browser.client.get(rp.authorization_url())

    assert response.status_code == 303
    assert response.headers["Location"].startswith(rp.redirect_uri)


def test_introspection(a, approve, at_most):
    rp = a.client()
    token = approve.tokens(rp)["access_token"]

    def introspect():
        return rp.client.post("/introspect", data={"token": token}, headers=rp.basic())

    introspect()

    with at_most(statements=2, writes=0):
        assert introspect().json["active"] is True
