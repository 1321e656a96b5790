"""Single use under real threads: 64 at once against a running server, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import pytest

from idp import clock
from idp.extensions import db
from idp.models import RefreshToken, UsedAssertion
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.http.oauth.conftest import Approver, Records
from tests.support import provider, run
from tests.support.factories import Factory
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty
from tests.support.signer import signer
from tests.support.spec_matrix import spec

RACERS = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and error of one racer."""

    status: int
    body: dict[str, str]

    @property
    def verdict(self) -> tuple[int, str | None]:
        return self.status, self.body.get("error")


@pytest.fixture
def app(live_server, database_url):
    """The same deployment in this process: to prepare what is raced for, and to see the rows."""
    settings = provider.settings_for(database_url, run.folder(), issuer=live_server.url)
    built = provider.build(settings)
    yield built
    provider.dispose(built)


@pytest.fixture
def a(app):
    return Factory(app)


@pytest.fixture
def approve(app, a):
    return Approver(app, a.user())


@pytest.fixture
def records(app):
    return Records(app)


def race(rp: RelyingParty, **fields: str) -> list[Answer]:
    """The same token request from every racer."""
    body = urlencode({"client_id": rp.client_id} | fields)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if rp.client_secret:
        headers |= rp.basic()

    def redeem() -> Answer:
        response = httpx.post(f"{rp.issuer}/token", content=body, headers=headers, timeout=60)
        return Answer(response.status_code, response.json())

    return at_once(RACERS, redeem)


def verdicts(answers: list[Answer]) -> Counter[tuple[int, str | None]]:
    return Counter(answer.verdict for answer in answers)


def is_alive(rp: RelyingParty, access_token: str) -> bool:
    headers = {"Authorization": f"Bearer {access_token}"}
    return httpx.get(f"{rp.issuer}/userinfo", headers=headers, timeout=60).status_code == 200


@spec("RFC 6749", "4.1.2")
def test_of_64_redemptions_of_one_code_one_succeeds_and_its_tokens_die(a, approve, records):
    """A76."""
    rp = a.client()
    code = approve.code(rp)

    answers = race(
        rp,
        grant_type="authorization_code",
        code=code,
        redirect_uri=rp.redirect_uri,
        code_verifier=rp.verifier,
    )

    assert verdicts(answers) == {(200, None): 1, (400, "invalid_grant"): RACERS - 1}
    winner = next(answer.body for answer in answers if answer.status == 200)
    assert not is_alive(rp, winner["access_token"])
    assert [family.revoked_because for family in records.families()] == ["code_reused"]


@spec("RFC 9700", "4.14.2")
def test_of_64_refreshes_with_one_token_one_succeeds_and_the_family_dies(a, approve, records):
    """A80."""
    spa = a.client("spa")
    token = approve.tokens(spa)["refresh_token"]

    answers = race(spa, grant_type="refresh_token", refresh_token=token)

    assert verdicts(answers) == {(200, None): 1, (400, "invalid_grant"): RACERS - 1}
    winner = next(answer.body for answer in answers if answer.status == 200)
    assert not is_alive(spa, winner["access_token"])
    assert records.families()[0].revoked_because == "refresh_token_reused"


@spec("RFC 9700", "4.14")
def test_with_a_grace_64_refreshes_leave_one_live_branch(a, app, approve, records):
    """A80: each answer replaces the one before it, and only the last is good."""
    spa = a.client("spa", refresh_grace=30)
    token = approve.tokens(spa)["refresh_token"]

    answers = race(spa, grant_type="refresh_token", refresh_token=token)

    assert verdicts(answers) == {(200, None): RACERS}
    assert records.families()[0].revoked_at is None
    with app.app_context():
        live = db.session.query(RefreshToken).filter(RefreshToken.consumed_at.is_(None)).count()
    assert live == 1


def test_64_refreshes_of_a_confidential_client_all_succeed(a, approve, records):
    rp = a.client()
    token = approve.tokens(rp)["refresh_token"]

    answers = race(rp, grant_type="refresh_token", refresh_token=token)

    assert verdicts(answers) == {(200, None): RACERS}
    assert records.count(RefreshToken) == 1


@spec("RFC 7523", "3")
def test_of_64_requests_with_one_assertion_one_succeeds(a, records):
    """A89."""
    machine = a.client("machine", token_endpoint_auth_method="private_key_jwt", jwks=signer().jwks)
    now = int(clock.now().timestamp())
    parties = {"iss": machine.client_id, "sub": machine.client_id, "aud": machine.issuer}
    assertion = signer().sign(parties | {"jti": "once", "iat": now, "exp": now + 60})

    answers = race(
        machine,
        grant_type="client_credentials",
        client_assertion=assertion,
        client_assertion_type=TYPE,
    )

    counted = verdicts(answers)
    assert counted.pop((200, None)) == 1
    # The limit on failures answers some of the losers.
    assert set(counted) <= {(401, "invalid_client"), (429, "invalid_client")}
    assert records.count(UsedAssertion) == 1


@spec("RFC 8628", "3.5")
def test_of_64_polls_of_one_allowed_device_one_succeeds(a, approve, records):
    tv = a.client("native", redirect_uris=["http://127.0.0.1/callback"])
    asking = {"client_id": tv.client_id, "scope": "openid offline_access"}
    asked = httpx.post(f"{tv.issuer}/device_authorization", data=asking, timeout=60).json()
    approve.let_in(asked["user_code"])

    answers = race(
        tv,
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=asked["device_code"],
    )

    assert verdicts(answers) == {(200, None): 1, (400, "invalid_grant"): RACERS - 1}
    winner = next(answer.body for answer in answers if answer.status == 200)
    assert is_alive(tv, winner["access_token"])
    assert records.count(RefreshToken) == len(records.families()) == 1
