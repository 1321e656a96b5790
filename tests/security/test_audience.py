"""Scopes and audiences are what was registered, letter by letter, and not too many."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.relying_party import RelyingParty, answer, claims

API, OTHER_API = "https://api.example/", "https://other.example/"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    return world.a.client(resources=[API], trusted=True)


@pytest.fixture(scope="module")
def machine(world: World) -> RelyingParty:
    return world.a.client("machine", resources=[API])


def error_of(rp: RelyingParty, **changes: object) -> str:
    asked = rp.parameters(**({"prompt": "none"} | changes))
    location = rp.client.post("/authorize", data=asked).headers["Location"]
    assert location.startswith(f"{rp.redirect_uri}?")
    return answer(location)["error"]


WRONG_SCOPES = [
    *("OPENID", "Openid", "openid Profile", "openid\tprofile", "openid,profile", "openid+email"),
    *("openid admin", "openid *", "openid openid2", 'openid "', "openid \\", "openid \u00e9"),
    *("profile\u00a0email", "\uff4fpenid", " ".join(f"s{number}" for number in range(51))),
    " ".join(f"s{number}" for number in range(10_000)),
]


@pytest.mark.parametrize("scope", WRONG_SCOPES, ids=lambda scope: ascii(scope)[:30])
def test_a_scope_that_is_not_the_clients_is_invalid(rp, machine, scope: str) -> None:
    """A99: case, separators, look-alikes, ten thousand of them."""
    if "openid" not in scope.split(" "):
        assert error_of(rp, scope=scope) == "invalid_scope"
    answered = machine.token(grant_type="client_credentials", scope=scope)
    refused(answered, 400, "invalid_scope")


@pytest.mark.parametrize("scope", [text for text in WRONG_SCOPES if "openid" in text.split(" ")])
def test_beside_openid_what_is_unknown_is_left_out(world: World, rp, scope: str) -> None:
    """A99: OIDC Core §3.1.2.1 lets such a request pass, with nothing more than is known."""
    user = world.a.user(f"scope{WRONG_SCOPES.index(scope)}@example.com")

    tokens = world.approver(user).tokens(rp, scope=scope)

    assert tokens["scope"] == claims(tokens["access_token"])["scope"] == "openid"


WRONG_RESOURCES = [
    *(OTHER_API, "https://api.example", "https://API.example/", "https://api.example/x", "api"),
    *("https://api.example/#x", "https://api.example/?x", "http://api.example/", "urn:x", "*"),
    *("https://api.example/ ", "https://user@api.example/", "javascript:x", "https://idp.example"),
]


@pytest.mark.parametrize("resource", WRONG_RESOURCES)
def test_a_resource_that_is_not_registered_is_an_invalid_target(rp, machine, resource) -> None:
    """A99: RFC 8707 §2, byte for byte, alone and beside a good one."""
    assert error_of(rp, resource=resource) == "invalid_target"
    assert error_of(rp, resource=[API, resource]) == "invalid_target"
    answered = machine.token(grant_type="client_credentials", resource=resource)
    refused(answered, 400, "invalid_target")


def test_a_refresh_or_exchange_names_no_other_audience(world: World, rp: RelyingParty) -> None:
    """A99, A83: what was allowed is the limit, and a refusal spends nothing."""
    approver = world.approver(world.a.user())
    code = approver.code(rp, resource=API)
    refused(rp.exchange(code, resource=OTHER_API), 400, "invalid_target")
    tokens = rp.exchange(code).json
    refused(rp.refresh(tokens["refresh_token"], resource=OTHER_API), 400, "invalid_target")

    access = claims(rp.refresh(tokens["refresh_token"]).json["access_token"])

    assert API in access["aud"]
    assert set(access["aud"]) <= {API, rp.issuer}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scope=st.text(st.sampled_from('openidEmail pr,\t\n"\\é'), min_size=1, max_size=20))
def test_whatever_is_asked_no_scope_appears_from_nowhere(machine, scope: str) -> None:
    """A99: granted as asked, or refused; never something else."""
    answered = machine.token(grant_type="client_credentials", scope=scope)

    assert answered.status_code in {200, 400}
    if answered.status_code == 200 and scope.strip(" "):
        granted = set(claims(answered.json["access_token"]).get("scope", "").split())
        assert granted <= set(scope.split(" "))
