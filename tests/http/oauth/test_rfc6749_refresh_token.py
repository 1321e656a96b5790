"""Refresh: rotation, reuse, the grace, expiry; a refresh never says more than the sign-in."""

import pytest

from idp.clients import registry
from idp.extensions import transaction
from idp.grants import revoke
from idp.models import RefreshToken
from idp.oauth import refresh_tokens
from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec


@spec("RFC 6749", "6")
def test_a_confidential_client_keeps_its_refresh_token(rp, approve, records):
    token = approve.tokens(rp)["refresh_token"]

    answers = [rp.refresh(token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("refresh_token" not in answer.json for answer in answers)
    assert records.count(RefreshToken) == 1


@spec("RFC 9700", "4.14.2")
def test_a_public_client_rotates(spa, approve):
    first = approve.tokens(spa)["refresh_token"]

    second = spa.refresh(first).json["refresh_token"]

    assert second != first
    assert spa.refresh(second).status_code == 200


@spec("RFC 9700", "4.14.2")
def test_reuse_of_a_rotated_token_ends_the_family(spa, approve, records):
    first = approve.tokens(spa)["refresh_token"]
    answer = spa.refresh(first).json

    refused(spa.refresh(first), 400, "invalid_grant")

    refused(spa.refresh(answer["refresh_token"]), 400, "invalid_grant")
    assert spa.userinfo(answer["access_token"]).status_code == 401
    assert records.families()[0].revoked_because == "refresh_token_reused"
    assert len(records.events("refresh_token_reused")) == 1


@spec("RFC 9700", "4.14.2")
def test_an_older_token_of_the_same_second_is_reuse_too(spa, approve):
    first = approve.tokens(spa)["refresh_token"]
    second = spa.refresh(first).json["refresh_token"]
    third = spa.refresh(second).json["refresh_token"]

    refused(spa.refresh(first), 400, "invalid_grant")

    refused(spa.refresh(third), 400, "invalid_grant")


@spec("RFC 6749", "10.4")
def test_another_clients_token_is_unknown_and_stays_good(spa, approve, a):
    thief = a.client("spa", client_name="Thief")
    token = approve.tokens(spa)["refresh_token"]

    refused(thief.refresh(token), 400, "invalid_grant")

    assert spa.refresh(token).status_code == 200


class TestGrace:
    """A client whose answers get lost."""

    @pytest.fixture
    def lossy(self, a):
        return a.client("spa", refresh_grace=20)

    @spec("RFC 9700", "4.14")
    def test_a_lost_answer_is_replaced(self, lossy, approve):
        first = approve.tokens(lossy)["refresh_token"]
        lossy.refresh(first)

        again = lossy.refresh(first)

        assert again.status_code == 200
        assert lossy.refresh(again.json["refresh_token"]).status_code == 200

    @spec("RFC 9700", "4.14")
    def test_the_replaced_successor_is_dead_and_its_use_is_reuse(self, lossy, approve):
        first = approve.tokens(lossy)["refresh_token"]
        lost = lossy.refresh(first).json["refresh_token"]
        replacement = lossy.refresh(first).json["refresh_token"]

        refused(lossy.refresh(lost), 400, "invalid_grant")

        refused(lossy.refresh(replacement), 400, "invalid_grant")

    @spec("RFC 9700", "4.14")
    def test_once_the_successor_was_used_the_predecessor_is_reuse(self, lossy, approve):
        first = approve.tokens(lossy)["refresh_token"]
        second = lossy.refresh(first).json["refresh_token"]
        third = lossy.refresh(second).json["refresh_token"]

        refused(lossy.refresh(first), 400, "invalid_grant")

        refused(lossy.refresh(third), 400, "invalid_grant")

    @spec("RFC 9700", "4.14")
    def test_the_grace_ends(self, lossy, approve, clock):
        first = approve.tokens(lossy)["refresh_token"]
        lossy.refresh(first)
        clock.advance(seconds=21)

        refused(lossy.refresh(first), 400, "invalid_grant")

    def test_a_revoked_family_has_no_grace(self, lossy, approve):
        first = approve.tokens(lossy)["refresh_token"]
        lossy.refresh(first)
        approve.disable_user()

        refused(lossy.refresh(first), 400, "invalid_grant")


@spec("RFC 6749", "6")
def test_a_narrowed_scope_is_for_one_answer(rp, approve):
    token = approve.tokens(rp, scope="openid profile email")["refresh_token"]

    narrow, full = rp.refresh(token, scope="openid email").json, rp.refresh(token).json

    assert narrow["scope"] == claims(narrow["access_token"])["scope"] == "openid email"
    assert full["scope"] == "openid profile email"


@spec("RFC 6749", "6")
def test_a_scope_beyond_the_grant_is_refused_and_spends_nothing(spa, approve):
    token = approve.tokens(spa, scope="openid email")["refresh_token"]

    for scope in ("openid profile", "admin", "OPENID", " ".join(map(str, range(60)))):
        refused(spa.refresh(token, scope=scope), 400, "invalid_scope")

    assert spa.refresh(token).status_code == 200


@spec("OIDC Core", "12.2")
def test_a_refresh_repeats_the_facts_of_the_sign_in(rp, approve, clock):
    tokens = approve.tokens(rp)
    clock.advance(minutes=30)
    approve.acr, approve.amr = "urn:idp:loa:1fa", ("pwd",)

    before, after = (
        claims(tokens["id_token"]),
        claims(rp.refresh(tokens["refresh_token"]).json["id_token"]),
    )

    unchanged = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert {name: before[name] for name in unchanged} == {name: after[name] for name in unchanged}
    assert after["iat"] == before["iat"] + 1800
    assert "nonce" in before
    assert "nonce" not in after


@spec("RFC 6749", "10.4")
def test_an_offline_token_that_idles_ends(rp, approve, clock):
    token = approve.tokens(rp, scope="openid offline_access")["refresh_token"]

    clock.advance(days=13)
    assert rp.refresh(token).status_code == 200
    clock.advance(days=13)
    assert rp.refresh(token).status_code == 200
    clock.advance(days=14, seconds=1)

    refused(rp.refresh(token), 400, "invalid_grant")


@spec("RFC 6749", "10.4")
def test_no_family_lives_for_ever(spa, approve, clock):
    token = approve.tokens(spa, scope="openid offline_access")["refresh_token"]
    for _ in range(3):
        clock.advance(days=9)
        token = spa.refresh(token).json["refresh_token"]

    clock.advance(days=4)

    refused(spa.refresh(token), 400, "invalid_grant")


@spec("OIDC Core", "11")
def test_offline_access_outlives_the_session(rp, approve):
    token = approve.tokens(rp, scope="openid offline_access")["refresh_token"]

    approve.end_session()

    assert rp.refresh(token).status_code == 200


@spec("OIDC Core", "11")
def test_without_offline_access_tokens_end_with_the_session(rp, approve):
    tokens = approve.tokens(rp)

    approve.end_session()

    refused(rp.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 401


def test_without_offline_access_tokens_end_when_the_session_idles_out(rp, approve, clock):
    token = approve.tokens(rp)["refresh_token"]

    clock.advance(minutes=61)

    refused(rp.refresh(token), 400, "invalid_grant")


def test_a_disabled_user_refreshes_nothing(rp, approve):
    token = approve.tokens(rp, scope="openid offline_access")["refresh_token"]
    approve.disable_user()

    refused(rp.refresh(token), 400, "invalid_grant")


def test_a_token_whose_family_ends_while_it_rotates_passes_no_gate(spa, approve, app):
    """R48: between its reading and its spending the user signs out everywhere."""
    token = approve.tokens(spa)["refresh_token"]

    with app.app_context(), transaction():
        read = refresh_tokens.find(token, registry.find(spa.client_id))
        revoke.by_user(approve.user.id, because="signed_out_everywhere")

        assert not read.is_void
        assert not refresh_tokens.consume(read)


@spec("RFC 6749", "5.2")
def test_an_unknown_refresh_token_is_refused(rp):
    refused(rp.refresh(""), 400, "invalid_request")
    refused(rp.refresh("x"), 400, "invalid_grant")
    refused(rp.refresh("rt_" + "A" * 43), 400, "invalid_grant")


def test_other_opaque_values_are_no_refresh_tokens(rp, approve):
    code = approve.code(rp)
    access_token = approve.tokens(rp)["access_token"]

    for value in (code, access_token, rp.client_secret):
        refused(rp.refresh(value), 400, "invalid_grant")
    assert rp.exchange(code).status_code == 200
