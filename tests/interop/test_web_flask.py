"""The example web app believes what it has checked, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from joserfc.jwk import ECKey

from clients_example.web_flask import Configuration, create_app
from config import PROJECT
from tests.support import stub_provider
from tests.support.stub_provider import challenge_of, claims_parameter

TWO_FACTORS = {"acr": "urn:idp:loa:2fa", "amr": ["pwd", "otp", "mfa"]}


@pytest.fixture
def provider():
    with stub_provider.running() as stub:
        yield stub


@pytest.fixture
def visitor(provider, tmp_path):
    return create_app(configuration(provider, tmp_path)).test_client()


def configuration(provider, tmp_path):
    return Configuration(
        issuer=provider.issuer,
        client_id="app",
        client_secret="secret",
        base_url="http://localhost:5001",
        name="Example",
        session_file=tmp_path / "sessions.sqlite3",
    )


def asked_by(answer):
    assert answer.status_code in {302, 303}
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def come_back(visitor, provider, begun, **parameters):
    answer = provider.authorized(begun.location, **parameters)
    return visitor.get("/callback", query_string={k: v for k, v in answer.items() if v is not None})


def sign_in(visitor, provider):
    answer = come_back(visitor, provider, visitor.get("/sign-in"))
    assert answer.status_code == 303, answer.text
    return visitor.get(answer.location)


def shown(page, name):
    return json.loads(
        BeautifulSoup(page.text, "html.parser").select_one(f'[data-claims="{name}"]').text
    )


def error_of(answer):
    return BeautifulSoup(answer.text, "html.parser").select_one("[data-error]").text


def is_signed_in(visitor):
    return "data-claims" in visitor.get("/").text


def test_signing_in_shows_the_claims_of_id_token_and_userinfo(visitor, provider):
    page = sign_in(visitor, provider)

    assert shown(page, "id_token")["amr"] == ["pwd"]
    assert shown(page, "userinfo") == {"sub": "ann", "name": "Ann <b>Bold</b>"}
    assert "<b>Bold</b>" not in page.text


def test_the_request_has_state_nonce_and_an_s256_challenge_of_the_verifier(visitor, provider):
    begun = visitor.get("/sign-in")
    asked = asked_by(begun)

    come_back(visitor, provider, begun)

    assert asked["code_challenge_method"] == "S256"
    assert challenge_of(provider.token_requests[0]["code_verifier"]) == asked["code_challenge"]
    assert asked["redirect_uri"] == "http://localhost:5001/callback"
    assert len(asked["state"]) >= 22
    assert len(asked["nonce"]) >= 20


def test_the_cookie_changes_with_the_sign_in_and_holds_no_token(visitor, provider):
    visitor.get("/sign-in")
    before = visitor.get_cookie("app-session").value

    sign_in(visitor, provider)
    after = visitor.get_cookie("app-session").value

    assert before != after
    assert len(after) == 43
    visitor.set_cookie("app-session", before)
    assert not is_signed_in(visitor)


def test_an_answer_to_nobodys_question_is_refused(visitor, provider):
    begun = visitor.get("/sign-in")

    answer = come_back(visitor, provider, begun, state="made-up")

    assert (answer.status_code, error_of(answer)) == (400, "unknown_state")
    assert provider.token_requests == []


def test_an_answer_is_good_once(visitor, provider):
    begun = visitor.get("/sign-in")
    come_back(visitor, provider, begun)

    answer = come_back(visitor, provider, begun)

    assert error_of(answer) == "unknown_state"
    assert len(provider.token_requests) == 1


@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_an_answer_from_another_provider_is_refused_before_its_code_is_used(visitor, provider, iss):
    begun = visitor.get("/sign-in")

    answer = come_back(visitor, provider, begun, iss=iss)

    assert error_of(answer) == "issuer_differs"
    assert provider.token_requests == []


def test_metadata_of_another_issuer_are_not_believed(visitor, provider):
    provider.metadata = {"issuer": "https://evil.example"}

    answer = visitor.get("/sign-in")

    assert (answer.status_code, error_of(answer)) == (400, "issuer_differs")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-app"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
    ],
    ids=str,
)
def test_an_id_token_with_a_wrong_claim_signs_nobody_in(visitor, provider, claims):
    provider.claims = claims
    begun = visitor.get("/sign-in")

    answer = come_back(visitor, provider, begun)

    assert answer.status_code == 400
    assert not is_signed_in(visitor)


def test_an_id_token_signed_by_another_key_signs_nobody_in(visitor, provider):
    provider.published_key = ECKey.generate_key("P-256")
    begun = visitor.get("/sign-in")

    answer = come_back(visitor, provider, begun)

    assert (answer.status_code, error_of(answer)) == (400, "bad_signature")
    assert not is_signed_in(visitor)


def test_userinfo_of_somebody_else_signs_nobody_in(visitor, provider):
    provider.userinfo = {"sub": "eve"}
    begun = visitor.get("/sign-in")

    answer = come_back(visitor, provider, begun)

    assert error_of(answer) == "sub_differs"
    assert not is_signed_in(visitor)


def test_the_providers_error_is_shown_with_its_description(visitor, provider):
    begun = visitor.get("/sign-in")

    answer = come_back(
        visitor,
        provider,
        begun,
        code=None,
        error="access_denied",
        error_description="She said <no>",
    )

    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("[data-error]").text == "access_denied"
    assert page.select_one("[data-error-description]").text == "She said <no>"


def test_an_error_of_the_token_endpoint_is_shown(visitor, provider):
    provider.token_error = {"error": "invalid_grant", "error_description": "used"}
    begun = visitor.get("/sign-in")

    assert error_of(come_back(visitor, provider, begun)) == "invalid_grant"


def test_a_provider_that_does_not_answer_is_named(provider, tmp_path):
    chosen = configuration(provider, tmp_path)
    gone = Configuration(
        "http://localhost:1", "app", "secret", chosen.base_url, "Example", chosen.session_file
    )

    answer = create_app(gone).test_client().get("/sign-in")

    assert (answer.status_code, error_of(answer)) == (502, "provider_unreachable")


def test_refreshing_brings_new_tokens_and_keeps_the_user(visitor, provider):
    sign_in(visitor, provider)

    page = visitor.post("/refresh", follow_redirects=True)

    assert provider.token_requests[1]["grant_type"] == "refresh_token"
    assert provider.token_requests[1]["refresh_token"] == "refresh-1"
    assert shown(page, "id_token")["sub"] == "ann"
    assert "The tokens were renewed." in page.text


def test_refreshing_into_somebody_else_is_refused(visitor, provider):
    sign_in(visitor, provider)
    provider.claims = {"sub": "eve"}
    provider.userinfo = {"sub": "eve"}

    answer = visitor.post("/refresh")

    assert error_of(answer) == "sub_changed"
    assert shown(visitor.get("/"), "id_token")["sub"] == "ann"


def test_the_sensitive_page_asks_for_two_factors_of_the_last_five_minutes(visitor, provider):
    sign_in(visitor, provider)

    asked = asked_by(visitor.get("/sensitive"))

    essential = {"essential": True, "values": ["urn:idp:loa:2fa"]}
    assert claims_parameter(asked) == {"id_token": {"acr": essential}}
    assert asked["acr_values"] == "urn:idp:loa:2fa"
    assert asked["max_age"] == "300"


def test_the_sensitive_page_opens_with_two_fresh_factors(visitor, provider):
    provider.claims = TWO_FACTORS
    answer = come_back(visitor, provider, visitor.get("/sensitive"))

    page = visitor.get(answer.location)

    assert answer.location == "/sensitive"
    assert 'data-page="sensitive"' in page.text


def test_an_answer_with_one_factor_does_not_open_the_sensitive_page(visitor, provider):
    sign_in(visitor, provider)

    answer = come_back(visitor, provider, visitor.get("/sensitive"))

    assert error_of(answer) == "acr_missing"
    assert "You are still signed in" in answer.text
    assert visitor.get("/sensitive").status_code == 302


def test_an_old_proof_does_not_open_the_sensitive_page(visitor, provider):
    provider.claims = TWO_FACTORS | {"auth_time": 1_700_000_000}

    answer = come_back(visitor, provider, visitor.get("/sensitive"))

    assert error_of(answer) == "auth_time_too_old"


def test_signing_out_forgets_everything_here(visitor, provider):
    sign_in(visitor, provider)

    page = visitor.post("/sign-out", follow_redirects=True)

    assert "signed out of this app" in page.text
    assert not is_signed_in(visitor)


def test_a_sign_in_asked_for_by_a_third_party_must_name_this_provider(visitor):
    answer = visitor.get("/sign-in", query_string={"iss": "https://evil.example"})

    assert error_of(answer) == "issuer_differs"


def test_the_folder_works_wherever_it_is_copied_to(tmp_path):
    shutil.copytree(PROJECT / "clients_example" / "web_flask", tmp_path / "my_app")
    told = {"ISSUER": "https://idp.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}

    shown = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "my_app", "routes"],
        cwd=tmp_path,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "/callback" in shown.stdout


def test_what_is_missing_in_the_environment_is_named(monkeypatch):
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(KeyError, match="ISSUER"):
        create_app()
