"""Tokens by the browser, where the deployment offers it: tied to each other, revocable, and never
in a query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from config import ProtocolSettings
from idp import opaque
from idp.clients import document, register
from idp.extensions import transaction
from idp.grants import revoke
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, claims
from tests.support.spec_matrix import spec

EVERY = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"]
OF_IMPLICIT, OF_HYBRID = EVERY[:2], EVERY[2:]


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"protocol": ProtocolSettings(front_channel_response_types=True)}


@pytest.fixture
def rp(a) -> RelyingParty:
    """An old client that may do everything."""
    return a.client(
        grant_types=("authorization_code", "implicit", "refresh_token"),
        response_types=("code", *EVERY),
    )


@pytest.fixture
def fragment(approve) -> Callable[..., dict[str, str]]:
    """What comes back in the fragment when the user allows everything."""

    def asked(rp: RelyingParty, **changes: Any) -> dict[str, str]:
        parts = urlsplit(approve.response(rp, **changes).location)
        assert not parts.query
        return dict(parse_qsl(parts.fragment, strict_parsing=True))

    return asked


def half_hash_rs256(value: str) -> str:
    return opaque.base64url(hashlib.sha256(value.encode()).digest()[:16])


@spec("OIDC Core", "3.2.2.5")
@spec("OIDC Core", "3.3.2.5")
@spec("OIDC MRT", "3")
@pytest.mark.parametrize("response_type", EVERY)
def test_each_type_brings_what_it_names(rp, fragment, response_type):
    got = fragment(rp, response_type=response_type, state="s", nonce="n")

    named = {"token": "access_token"}
    assert {named.get(name, name) for name in response_type.split()} == {
        "code",
        "id_token",
        "access_token",
    } & set(got)
    assert (got["state"], got["iss"]) == ("s", rp.issuer)
    assert "refresh_token" not in got
    if "access_token" in got:
        assert (got["token_type"], got["expires_in"]) == ("Bearer", "600")


@spec("OIDC Core", "3.2.2.9")
@spec("OIDC Core", "3.2.2.10")
@spec("OIDC Core", "3.3.2.11")
@pytest.mark.parametrize(
    "response_type", ["id_token token", "code id_token", "code id_token token"]
)
def test_the_id_token_is_tied_to_what_comes_along(rp, fragment, response_type):
    got = fragment(rp, response_type=response_type, nonce="n")

    said = claims(got["id_token"])
    hashes = {
        name: half_hash_rs256(got[parameter])
        for name, parameter in (("at_hash", "access_token"), ("c_hash", "code"))
        if parameter in got
    }
    assert {name: said[name] for name in ("at_hash", "c_hash") if name in said} == hashes
    assert said["nonce"] == "n"


@spec("RFC 6749", "3.1.1")
def test_the_order_of_the_names_says_nothing(rp, fragment):
    assert {"code", "id_token", "access_token"} <= set(
        fragment(rp, response_type="token code id_token")
    )


@spec("OIDC Core", "5.4")
def test_an_id_token_that_stands_alone_tells_of_the_user(rp, fragment, approve):
    alone = claims(fragment(rp, response_type="id_token", scope="openid email")["id_token"])
    with_token = claims(
        fragment(rp, response_type="id_token token", scope="openid email")["id_token"]
    )

    assert alone["email"] == EMAIL
    assert "at_hash" not in alone
    assert alone["sub"] == approve.user.sub
    assert "email" not in with_token


@spec("OIDC Core", "3.3.3.6")
@pytest.mark.parametrize("response_type", OF_HYBRID)
def test_what_the_code_is_redeemed_for_agrees_and_ends_together(
    rp, fragment, records, app, response_type
):
    got = fragment(rp, response_type=response_type, scope="openid offline_access")
    tokens = rp.exchange(got["code"]).json

    if "id_token" in got:
        front, back = claims(got["id_token"]), claims(tokens["id_token"])
        same = ("iss", "sub", "aud", "sid", "auth_time", "nonce", "acr", "amr")
        assert [front[name] for name in same] == [back[name] for name in same]
    (family,) = records.families()
    assert {claims(tokens["access_token"])["fam"]} == {family.id}
    assert "refresh_token" in tokens

    again = rp.exchange(got["code"])

    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    if "access_token" in got:
        assert rp.userinfo(got["access_token"]).status_code == 401


@pytest.mark.parametrize("response_type", OF_HYBRID)
def test_a_code_of_a_revoked_family_is_worth_nothing(rp, fragment, records, app, response_type):
    code = fragment(rp, response_type=response_type)["code"]
    with app.app_context(), transaction():
        revoke.by_family(records.families()[0].id, because="test")

    assert rp.exchange(code).json["error"] == "invalid_grant"


@spec("RFC 7009", "2.1")
def test_a_front_channel_token_works_until_its_session_ends(rp, fragment, approve):
    token = fragment(rp, response_type="id_token token", scope="openid email")["access_token"]
    assert rp.userinfo(token).json["email"] == EMAIL

    approve.end_session()

    assert rp.userinfo(token).status_code == 401


@spec("OIDC Core", "11")
@pytest.mark.parametrize("response_type", OF_IMPLICIT)
def test_there_is_no_offline_use_without_a_code(rp, fragment, records, response_type):
    got = fragment(rp, response_type=response_type, scope="openid offline_access")

    assert not records.families()[0].offline
    assert "offline_access" not in got.get("scope", "")


# --- refusals ------------------------------------------------------------------------------------


def refused(rp, **changes):
    """The error and where it is told."""
    response = rp.client.get(rp.authorization_url(**changes))
    assert response.status_code == 303, response.text
    parts = urlsplit(response.headers["Location"])
    assert bool(parts.query) != bool(parts.fragment)
    said = dict(parse_qsl(parts.query or parts.fragment))
    assert said["iss"] == rp.issuer
    return ("query" if parts.query else "fragment"), said["error"]


@spec("OIDC Core", "3.2.2.1")
@spec("OIDC Core", "3.3.2.1")
@pytest.mark.parametrize("response_type", [one for one in EVERY if "id_token" in one])
def test_an_id_token_by_the_browser_needs_a_nonce(rp, response_type):
    assert refused(rp, response_type=response_type, nonce=None) == ("fragment", "invalid_request")


@spec("OIDC Core", "3.2.2.1")
def test_an_id_token_needs_openid(rp):
    assert refused(rp, response_type="id_token", scope="email") == ("fragment", "invalid_scope")


@spec("OIDC MRT", "2.1")
@spec("OIDC MRT", "5")
@spec("OIDC Core", "3.2.2.6")
@spec("OIDC Core", "3.3.2.6")
@pytest.mark.parametrize("response_type", EVERY)
def test_errors_come_as_success_would_have_and_never_in_the_query(rp, response_type):
    asked = {"response_type": response_type}

    assert refused(rp, **asked, prompt="none") == ("fragment", "login_required")
    assert refused(rp, **asked, response_mode="query") == ("fragment", "invalid_request")
    assert refused(rp, **asked, response_mode="x") == ("fragment", "invalid_request")


@pytest.mark.parametrize("response_type", OF_HYBRID)
def test_a_code_needs_its_challenge_here_too(rp, response_type):
    assert refused(rp, response_type=response_type, code_challenge=None) == (
        "fragment",
        "invalid_request",
    )


@pytest.mark.parametrize(
    ("response_type", "where"), [("token", "fragment"), ("none", "query"), ("code code", "query")]
)
def test_other_types_are_never_offered(rp, response_type, where):
    assert refused(rp, response_type=response_type) == (where, "unsupported_response_type")


def test_a_type_has_to_be_registered(a):
    plain = a.client()

    assert refused(plain, response_type="id_token") == ("fragment", "unauthorized_client")


# --- form_post, pages, discovery -----------------------------------------------------------------


@spec("OIDC MRT", "5")
def test_everything_can_be_posted_instead(a, browser, rp):
    a.user()
    browser.open(
        rp.authorization_url(response_type="code id_token token", response_mode="form_post")
    ).submit(username=EMAIL, password=PASSWORD).press("Allow")

    fields = browser.fields_of(browser.find("form[data-autosubmit]"))

    assert {"code", "id_token", "access_token", "state", "iss"} <= set(fields)
    assert browser.left_for is None


@spec("OIDC Core", "3.2.2.3")
def test_a_browser_is_sent_back_with_a_fragment(a, browser, rp):
    a.user()
    browser.open(rp.authorization_url(response_type="id_token")).submit(
        username=EMAIL, password=PASSWORD
    ).press("Allow")

    assert browser.left_for.startswith(f"{rp.redirect_uri}#id_token=")


def test_discovery_tells_what_is_on(client):
    document = client.get("/.well-known/openid-configuration").json

    assert document["response_types_supported"] == ["code", *EVERY]
    assert "implicit" in document["grant_types_supported"]


class TestOff:
    """As every deployment is, unless somebody says otherwise."""

    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {}

    @pytest.fixture
    def rp(self, a) -> RelyingParty:
        return a.client()

    def test_nothing_of_it_is_there(self, rp, client):
        document = client.get("/.well-known/openid-configuration").json

        assert document["response_types_supported"] == ["code"]
        assert "implicit" not in document["grant_types_supported"]
        assert [refused(rp, response_type=one) for one in EVERY] == [
            ("query", "unsupported_response_type")
        ] * len(EVERY)


@spec("RFC 9449", "5")
def test_a_client_whose_tokens_are_bound_has_none_that_come_through_the_browser(app):
    asked = {
        "redirect_uris": ["https://app.example/callback"],
        "grant_types": ["authorization_code", "implicit"],
        "dpop_bound_access_tokens": True,
    }

    with app.app_context(), transaction():
        refused = register.register(
            document.from_document(asked | {"response_types": ["code", *EVERY]})
        )
        without = ["code", "id_token", "code id_token"]
        taken = register.register(document.from_document(asked | {"response_types": without}))

    assert set(refused.problems) == {"response_types"}
    assert isinstance(taken, register.Registered), taken
