"""The example web app believes what it has checked, and nothing else."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey

from clients_example.web_flask import create_app
from config import PROJECT
from tests.support.example_app import asked_by, error_of, shown, text_of
from tests.support.stub_provider import challenge_of


def test_signing_in_shows_the_claims_of_id_token_and_userinfo(visitor, stub):
    page = visitor.sign_in()

    assert shown(page, "id_token")["amr"] == ["pwd"]
    assert shown(page, "userinfo") == {"sub": "ann", "name": "Ann <b>Bold</b>"}
    assert "<b>Bold</b>" not in page.text


def test_the_request_has_state_nonce_and_an_s256_challenge_of_the_verifier(visitor, stub):
    begun = visitor.get("/sign-in")
    asked = asked_by(begun)

    visitor.come_back(begun)

    assert asked["code_challenge_method"] == "S256"
    assert challenge_of(stub.token_requests[0]["code_verifier"]) == asked["code_challenge"]
    assert asked["redirect_uri"] == "http://localhost:5001/callback"
    assert len(asked["state"]) >= 22
    assert len(asked["nonce"]) >= 20


def test_the_cookie_changes_with_the_sign_in_and_holds_no_token(visitor, stub):
    visitor.get("/sign-in")
    before = visitor.browser.get_cookie("app-session").value

    visitor.sign_in()
    after = visitor.browser.get_cookie("app-session").value

    assert before != after
    assert len(after) == 43
    visitor.browser.set_cookie("app-session", before)
    assert not visitor.is_signed_in()


def test_an_answer_to_nobodys_question_is_refused(visitor, stub):
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(begun, state="made-up")

    assert (answer.status_code, error_of(answer)) == (400, "unknown_state")
    assert stub.token_requests == []


def test_an_answer_is_good_once(visitor, stub):
    begun = visitor.get("/sign-in")
    visitor.come_back(begun)

    answer = visitor.come_back(begun)

    assert error_of(answer) == "unknown_state"
    assert len(stub.token_requests) == 1


@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_an_answer_from_another_provider_is_refused_before_its_code_is_used(visitor, stub, iss):
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(begun, iss=iss)

    assert error_of(answer) == "issuer_differs"
    assert stub.token_requests == []


def test_metadata_of_another_issuer_are_not_believed(visitor, stub):
    stub.metadata = {"issuer": "https://evil.example"}

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
def test_an_id_token_with_a_wrong_claim_signs_nobody_in(visitor, stub, claims):
    stub.claims = claims
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(begun)

    assert answer.status_code == 400
    assert not visitor.is_signed_in()


def test_an_id_token_signed_by_another_key_signs_nobody_in(visitor, stub):
    stub.published_key = ECKey.generate_key("P-256")
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(begun)

    assert (answer.status_code, error_of(answer)) == (400, "bad_signature")
    assert not visitor.is_signed_in()


def test_userinfo_of_somebody_else_signs_nobody_in(visitor, stub):
    stub.userinfo = {"sub": "eve"}
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(begun)

    assert error_of(answer) == "sub_differs"
    assert not visitor.is_signed_in()


def test_the_providers_error_is_shown_with_its_description(visitor, stub):
    begun = visitor.get("/sign-in")

    answer = visitor.come_back(
        begun,
        code=None,
        error="access_denied",
        error_description="She said <no>",
    )

    assert error_of(answer) == "access_denied"
    assert text_of(answer, "[data-error-description]") == "She said <no>"


def test_an_error_of_the_token_endpoint_is_shown(visitor, stub):
    stub.token_error = {"error": "invalid_grant", "error_description": "used"}
    begun = visitor.get("/sign-in")

    assert error_of(visitor.come_back(begun)) == "invalid_grant"


def test_a_provider_that_does_not_answer_is_named(configuration):
    gone = replace(configuration, issuer="http://localhost:1")

    answer = create_app(gone).test_client().get("/sign-in")

    assert (answer.status_code, error_of(answer)) == (502, "provider_unreachable")


def test_a_sign_in_asked_for_by_a_third_party_must_name_this_provider(visitor):
    answer = visitor.get("/sign-in", iss="https://evil.example")

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
