"""Profile "Basic": the code flow with static clients, which send neither PKCE nor need a nonce."""

import json
import time

import httpx
import pytest

from idp.demo.people import EVERY_CLAIM
from tests.certification.provider import EMAIL, PASSWORD
from tests.support.relying_party import challenge
from tests.support.signer import segment
from tests.support.spec_matrix import spec

SCOPES = {
    "profile": {
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}
EVERYTHING = "openid " + " ".join(SCOPES)


@spec("OIDC Core", "3.1.3.7")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_signing_in_with_a_pinned_method(tester, method):
    tester.use_client(token_endpoint_auth_method=method)

    tokens, claims = tester.sign_in()

    assert tester.seen == ["sign-in", "consent"]
    assert tester.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_signing_in_without_a_pinned_method(tester, method):
    tester.client["token_endpoint_auth_method"] = method

    assert tester.sign_in()[1]["sub"]


@spec("OIDC Core", "3.1.2.1")
def test_a_request_without_a_nonce_gets_a_token_without_one(tester):
    tokens = tester.exchange(tester.authorize(nonce=None)["code"])

    assert "nonce" not in tester.claims(tokens["id_token"])


@spec("RFC 6749", "3.1.1")
def test_a_missing_response_type_is_an_error_for_the_client(tester):
    parameters = tester.parameters(response_type=None)

    answer = tester.sent(parameters)

    assert answer["error"] in {"invalid_request", "unsupported_response_type"}
    assert answer["state"] == parameters["state"]
    assert answer["iss"] == tester.provider.issuer


@spec("OIDC Core", "5.3.1")
@pytest.mark.parametrize("way", ["GET", "POST with header", "POST with body"])
def test_userinfo_is_told_in_three_ways(tester, way):
    tokens, claims = tester.sign_in()
    address, token = tester.metadata["userinfo_endpoint"], tokens["access_token"]

    bearer = {"Authorization": f"Bearer {token}"}
    match way:
        case "GET":
            answer = tester.http.get(address, headers=bearer)
        case "POST with header":
            answer = tester.http.post(address, headers=bearer)
        case _:
            answer = tester.http.post(address, data={"access_token": token})

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["sub"] == claims["sub"]


@spec("OIDC Core", "5.4")
@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_gives_all_its_claims_and_no_others(tester, scope):
    tokens, claims = tester.sign_in(scope=f"openid {scope}")

    told = tester.userinfo(tokens["access_token"]).json()

    assert set(told) == {"sub"} | SCOPES[scope]
    assert not set(claims) & SCOPES[scope], "they belong to UserInfo"
    for name in SCOPES[scope] & set(EVERY_CLAIM):
        assert told[name] == EVERY_CLAIM[name]


@spec("OIDC Core", "5.1")
def test_all_scopes_give_everything_in_its_type(tester):
    tokens, _ = tester.sign_in(scope=EVERYTHING)

    told = tester.userinfo(tokens["access_token"]).json()

    assert set(told) == {"sub"}.union(*SCOPES.values())
    assert told["email"] == EMAIL
    assert told["email_verified"] is True
    assert isinstance(told["updated_at"], int)
    assert isinstance(told["address"], dict)


def test_scopes_in_another_order_work_the_same(tester):
    tokens, _ = tester.sign_in(scope="phone openid email")

    assert set(tester.userinfo(tokens["access_token"]).json()) == (
        {"sub"} | SCOPES["phone"] | SCOPES["email"]
    )


@spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize(
    "more",
    [
        {"display": "page"}, {"display": "popup"}, {"ui_locales": "se"}, {"claims_locales": "se"},
        {"extra": "foobar"}, {"acr_values": "1 2"}, {"acr_values": "urn:mace:incommon:iap:silver"},
        {"login_hint": "buffy@idp.example"}, {"login_hint": EMAIL}, {"max_age": "10000"},
        {"acr_values": "urn:idp:loa:1fa urn:idp:loa:2fa phr"},
    ],
    ids=str,
)  # fmt: skip
def test_a_parameter_that_may_be_ignored_never_fails_the_request(tester, more):
    _, claims = tester.sign_in(**more)

    if "acr_values" in more:
        assert claims["acr"] in {"1", "urn:idp:loa:1fa"}


@spec("OIDC Core", "3.1.2.3")
def test_prompt_login_asks_again_and_says_when(tester):
    _, first = tester.sign_in(max_age="10000")
    time.sleep(1.1)

    _, second = tester.sign_in(prompt="login", max_age="10000")

    assert "sign-in" in tester.seen
    assert second["auth_time"] > first["auth_time"]
    assert second["sub"] == first["sub"]


@spec("OIDC Core", "3.1.2.6")
def test_prompt_none_without_a_session_is_an_error_without_a_page(tester):
    parameters = tester.parameters(prompt="none")

    answer = tester.sent(parameters)

    assert tester.seen == []
    assert answer["error"] == "login_required"
    assert answer["state"] == parameters["state"]


@spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize("hinted", ["without a hint", "with a hint"])
def test_prompt_none_with_a_session_answers_in_silence(tester, hinted):
    tokens, first = tester.sign_in(max_age="10000")
    hint = {"id_token_hint": tokens["id_token"]} if hinted == "with a hint" else {}

    _, second = tester.sign_in(prompt="none", max_age="10000", **hint)

    assert tester.seen == []
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


@spec("OIDC Core", "3.1.2.1")
def test_max_age_that_has_passed_asks_again(tester):
    _, first = tester.sign_in(max_age="10000")
    time.sleep(2.1)

    _, second = tester.sign_in(max_age="1")

    assert "sign-in" in tester.seen
    assert second["auth_time"] > first["auth_time"]


@spec("OIDC Core", "3.1.2.1")
def test_max_age_that_has_not_passed_asks_nothing(tester):
    _, first = tester.sign_in(max_age="10000")

    _, second = tester.sign_in(max_age="10000")

    assert tester.seen == []
    assert second["auth_time"] == first["auth_time"]


@spec("RFC 6749", "4.1.2")
def test_a_code_is_good_once_and_its_tokens_die_with_the_second_use(tester):
    code = tester.authorize()["code"]
    tokens = tester.exchange(code)

    again = tester.redeem(code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert tester.userinfo(tokens["access_token"]).status_code == 401


@spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize("changed", ["/another", "?added=1", "/"])
def test_an_unregistered_redirect_uri_is_a_page_and_no_redirect(tester, changed):
    page = tester.visit(tester.parameters(redirect_uri=tester.redirect_uri + changed))

    assert page.status_code == 400
    assert tester.page_name == "protocol-error"
    assert str(page.url).startswith(tester.provider.issuer)


def test_a_registered_query_is_kept(tester):
    uri = tester.redirect_uri + "?dummy1=lorem&dummy2=ipsum"
    tester.use_client(redirect_uris=[uri])

    answer = tester.authorize(redirect_uri=uri)

    assert (answer["dummy1"], answer["dummy2"]) == ("lorem", "ipsum")
    assert tester.exchange(answer["code"], redirect_uri=uri)["id_token"]


@spec("OIDC Core", "3.1.2.1")
def test_a_posted_request_is_as_good(tester):
    answer = tester.sent(tester.parameters(), "POST")

    assert tester.exchange(answer["code"])["id_token"]


@spec("OIDC Core", "5.5")
@pytest.mark.parametrize("member", ["id_token", "userinfo"])
def test_a_claim_is_told_where_it_was_asked_for(tester, member):
    asked = json.dumps({member: {"name": {"essential": True}}})

    tokens, claims = tester.sign_in(claims=asked)

    told = tester.userinfo(tokens["access_token"]).json()
    assert ("name" in claims, "name" in told) == (member == "id_token", member == "userinfo")


@spec("OIDC Core", "6.1")
def test_an_unsigned_request_object_is_refused_by_its_code(tester):
    parameters = tester.parameters()
    unsigned = f'{segment(b"""{"alg":"none"}""")}.{segment(b"""{"response_type":"code"}""")}.'

    answer = tester.sent(parameters | {"request": unsigned})

    assert answer["error"] in {"request_not_supported", "invalid_request_object"}
    assert answer["state"] == parameters["state"]


@spec("OIDC Core", "6.2")
def test_a_reference_is_refused_by_its_code(tester):
    answer = tester.authorize(request_uri=tester.suite.url("/request.jwt"))

    assert answer["error"] == "request_uri_not_supported"


@spec("OIDC Core", "12")
def test_a_refresh_token_is_its_clients_own(tester):
    tokens, first = tester.sign_in(scope="openid offline_access", prompt="consent")

    refreshed = tester.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    assert refreshed.status_code == 200
    second = tester.claims(refreshed.json()["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert second.get(name) == first.get(name)
    tester.use_client()
    foreign = tester.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_grant")


@spec("RFC 7636", "4.6")
def test_pkce_is_honoured_by_clients_that_need_not(tester):
    verifier = "v" * 43
    answer = tester.authorize(code_challenge=challenge(verifier), code_challenge_method="S256")

    assert tester.exchange(answer["code"], code_verifier=verifier)["id_token"]


def test_the_proxys_word_about_the_caller_is_believed_and_nobody_elses(tester):
    """R39: the address in the log is the proxy's peer, whatever the caller claims."""
    with httpx.Client(verify=tester.trust, headers={"X-Forwarded-For": "203.0.113.9"}) as liar:
        tester.browser = httpx.Client(
            verify=tester.trust, timeout=30, follow_redirects=True, headers=liar.headers
        )
        tester.sign_in()

    log = (tester.provider.folder / "server.log").read_text()
    assert '"address":"127.0.0.1"' in log
    assert "203.0.113.9" not in log
    assert PASSWORD not in log
