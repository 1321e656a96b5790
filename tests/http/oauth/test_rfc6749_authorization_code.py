"""The code grant at the token endpoint: what a code is bound to, and that it is good once."""

from idp.clients import registry
from idp.extensions import transaction
from idp.grants import revoke
from idp.models import RefreshToken, TokenFamily
from idp.oauth import codes
from tests.http.oauth.conftest import refused
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec


@spec("RFC 6749", "4.1.3")
@spec("RFC 6749", "5.1")
def test_a_code_is_redeemed_for_tokens(rp, approve):
    response = rp.exchange(approve.code(rp, scope="openid profile"))

    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json["token_type"] == "Bearer"
    assert response.json["expires_in"] == 600
    assert response.json["scope"] == "openid profile"
    assert set(response.json) == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
        "refresh_token",
    }


@spec("RFC 6749", "4.1.2")
def test_a_code_used_twice_ends_everything_issued_from_it(rp, approve, records):
    code = approve.code(rp)
    tokens = rp.exchange(code).json

    again = rp.exchange(code)

    refused(again, 400, "invalid_grant")
    assert records.families()[0].revoked_because == "code_reused"
    assert len(records.events("code_reused")) == 1
    refused(rp.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 401


@spec("RFC 6749", "4.1.2")
def test_reuse_of_one_code_leaves_other_sign_ins_alone(rp, approve):
    other = approve.tokens(rp)
    code = approve.code(rp)
    rp.exchange(code)

    rp.exchange(code)

    assert rp.refresh(other["refresh_token"]).status_code == 200


@spec("RFC 6749", "10.5")
def test_a_code_lives_a_minute(rp, approve, clock):
    early, late = approve.code(rp), approve.code(rp)

    clock.advance(seconds=59)
    assert rp.exchange(early).status_code == 200

    clock.advance(seconds=2)
    refused(rp.exchange(late), 400, "invalid_grant")


@spec("RFC 6749", "4.1.2")
def test_reuse_is_recognised_after_the_code_has_expired(rp, approve, records, clock):
    code = approve.code(rp)
    rp.exchange(code)
    clock.advance(hours=5)

    refused(rp.exchange(code), 400, "invalid_grant")

    assert records.families()[0].revoked_at is not None


@spec("RFC 6749", "4.1.3")
def test_a_wrong_binding_consumes_nothing(rp, approve, records):
    """A54, A78."""
    code = approve.code(rp)

    refused(rp.exchange(code, redirect_uri="https://app.example/other"), 400, "invalid_grant")
    refused(rp.exchange(code, redirect_uri=None), 400, "invalid_grant")
    refused(rp.exchange(code, code_verifier="A" * 43), 400, "invalid_grant")
    refused(rp.exchange(code, code_verifier=None), 400, "invalid_grant")

    assert records.count(TokenFamily) == 0
    assert rp.exchange(code).status_code == 200


@spec("RFC 6749", "5.2")
def test_the_client_of_a_code_is_told_what_is_wrong_with_it(rp, approve, a, clock):
    def told(code, by=rp, **changes):
        response = by.exchange(code, **changes)
        refused(response, 400, "invalid_grant")
        return response.json["error_description"]

    code, late = approve.code(rp), approve.code(rp)
    assert "redirect_uri" in told(code, redirect_uri="https://app.example/other")
    assert told(code, code_verifier=None) == "The code_verifier is missing."
    assert "43 to 128" in told(code, code_verifier="short")
    assert "does not match" in told(code, code_verifier="A" * 43)
    thief = a.client(client_name="Thief")
    assert told(code, by=thief) == told("ac_unknown", by=thief)
    rp.exchange(code)
    assert told(code) == "The code was already used."
    clock.advance(seconds=61)
    assert told(late) == "The code has expired."


@spec("RFC 6749", "4.1.3")
def test_a_wrong_binding_on_a_spent_code_revokes_nothing(rp, approve):
    code = approve.code(rp)
    tokens = rp.exchange(code).json

    refused(rp.exchange(code, code_verifier="A" * 43), 400, "invalid_grant")

    assert rp.refresh(tokens["refresh_token"]).status_code == 200


@spec("RFC 6749", "4.1.3")
def test_a_code_of_another_client_is_unknown_and_stays_good(rp, approve, a):
    thief = a.client(client_name="Thief")
    thief.verifier = rp.verifier
    code = approve.code(rp)

    refused(thief.exchange(code), 400, "invalid_grant")

    assert rp.exchange(code).status_code == 200


@spec("RFC 6749", "4.1.3")
def test_another_client_cannot_revoke_by_replaying_a_spent_code(rp, approve, a):
    thief = a.client(client_name="Thief")
    thief.verifier = rp.verifier
    code = approve.code(rp)
    tokens = rp.exchange(code).json

    refused(thief.exchange(code), 400, "invalid_grant")

    assert rp.refresh(tokens["refresh_token"]).status_code == 200


@spec("RFC 6749", "4.1.3")
def test_a_client_that_does_not_authenticate_does_not_spend_the_code(rp, approve):
    code = approve.code(rp)

    refused(rp.exchange(code, headers={}, client_id=rp.client_id), 401, "invalid_client")

    assert rp.exchange(code).status_code == 200


@spec("RFC 6749", "4.1.3")
def test_an_unknown_code_is_refused(rp):
    for code in ("x", "ac_" + "A" * 43, "é", "'; --", "a" * 10_000, "%00"):
        refused(rp.exchange(code), 400, "invalid_grant")


@spec("RFC 6749", "5.2")
def test_a_missing_code_is_an_invalid_request(rp):
    refused(rp.exchange(""), 400, "invalid_request")


def test_a_disabled_user_redeems_nothing(rp, approve):
    code = approve.code(rp)
    approve.disable_user()

    refused(rp.exchange(code), 400, "invalid_grant")


def test_a_code_ends_with_its_session(rp, approve):
    code = approve.code(rp)
    approve.end_session()

    refused(rp.exchange(code), 400, "invalid_grant")


def test_a_code_that_is_revoked_while_it_is_redeemed_passes_no_gate(rp, approve, app):
    """R48: between its reading and its spending somebody takes the consent back."""
    code = approve.code(rp)

    with app.app_context(), transaction():
        client = registry.find(rp.client_id)
        read = codes.find(code, client)
        revoke.by_client_and_user(rp.client_id, approve.user.id)

        assert not read.is_void
        assert not codes.consume(read)


def test_a_code_ends_with_everything_that_its_user_has_given(rp, approve, app):
    """R48: also in a session that goes on, as that of whoever changes the password."""
    code = approve.code(rp)

    with app.app_context(), transaction():
        revoke.by_user(approve.user.id, because="password_changed")

    refused(rp.exchange(code), 400, "invalid_grant")


@spec("RFC 6749", "5.2")
def test_a_client_without_the_grant_is_unauthorized(a):
    machine = a.client("machine")

    refused(machine.exchange("x"), 400, "unauthorized_client")


@spec("RFC 6749", "1.5")
def test_a_client_without_the_refresh_grant_gets_no_refresh_token(approve, a, records):
    rp = a.client(grant_types=("authorization_code",))

    tokens = approve.tokens(rp, scope="openid offline_access")

    assert "refresh_token" not in tokens
    assert tokens["scope"] == "openid"
    assert records.count(RefreshToken) == 0


@spec("OIDC Core", "3.1.2.1")
def test_without_openid_there_is_no_id_token(rp, approve):
    tokens = approve.tokens(rp, scope="profile")

    assert "id_token" not in tokens
    assert "sub" in claims(tokens["access_token"])


@spec("RFC 6749", "3.2")
def test_the_token_endpoint_takes_post_only(rp):
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        response = rp.client.open("/token?grant_type=client_credentials", method=method)

        refused(response, 405, "invalid_request")
        assert response.headers["Allow"] == "POST, OPTIONS"


@spec("RFC 6749", "3.2")
def test_a_repeated_field_is_refused(rp, approve):
    data = [("grant_type", "authorization_code"), ("code", "a"), ("code", "b")]
    body = "&".join(f"{name}={value}" for name, value in data)

    response = rp.client.post(
        "/token", data=body, headers=rp.basic(), content_type="application/x-www-form-urlencoded"
    )

    refused(response, 400, "invalid_request")


@spec("RFC 6749", "5.2")
@spec("RFC 6749", "4.5")
def test_a_grant_type_must_be_one_of_ours(rp):
    refused(rp.token(), 400, "invalid_request")
    refused(rp.token(grant_type=""), 400, "invalid_request")
    refused(rp.token(grant_type="password"), 400, "unsupported_grant_type")


@spec("RFC 6749", "2.3.1")
def test_the_query_of_a_token_request_counts_for_nothing(rp, approve):
    query = f"grant_type=authorization_code&code={approve.code(rp)}"

    refused(rp.client.post(f"/token?{query}", headers=rp.basic()), 400, "invalid_request")


@spec("RFC 6749", "10.10")
def test_codes_and_refresh_tokens_cannot_be_guessed(rp, approve):
    code, token = approve.code(rp), approve.tokens(rp)["refresh_token"]

    assert [len(value) for value in (code, token)] == [len("ac_") + 43, len("rt_") + 43]


def test_a_redeemed_code_leaves_an_audit_row(rp, approve, records):
    approve.tokens(rp)

    issued, redeemed = records.events("code_issued"), records.events("tokens_issued")

    assert [event.client_id for event in issued + redeemed] == [rp.client_id] * 2
    assert issued[0].details["amr"] == ["pwd", "otp", "mfa"]


def test_a_refused_code_leaves_an_audit_row(rp, records):
    rp.exchange("x")

    refusal = records.events("token_request_refused")[0]

    assert refusal.client_id == rp.client_id
    assert refusal.details["error"] == "invalid_grant"
