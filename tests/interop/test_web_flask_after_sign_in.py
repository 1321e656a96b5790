"""The example web app once somebody is signed in: refresh, the sensitive page, sign-out."""

from tests.support.example_app import asked_by, error_of, shown
from tests.support.stub_provider import claims_parameter

TWO_FACTORS = {"acr": "urn:idp:loa:2fa", "amr": ["pwd", "otp", "mfa"]}


def test_refreshing_brings_new_tokens_and_keeps_the_user(visitor, stub):
    visitor.sign_in()

    page = visitor.post("/refresh")

    assert stub.token_requests[1]["grant_type"] == "refresh_token"
    assert stub.token_requests[1]["refresh_token"] == "refresh-1"
    assert shown(page, "id_token")["sub"] == "ann"
    assert "The tokens were renewed." in page.text


def test_refreshing_into_somebody_else_is_refused(visitor, stub):
    visitor.sign_in()
    stub.claims = {"sub": "eve"}
    stub.userinfo = {"sub": "eve"}

    answer = visitor.post("/refresh")

    assert error_of(answer) == "sub_changed"
    assert shown(visitor.get("/"), "id_token")["sub"] == "ann"


def test_the_sensitive_page_asks_for_two_factors_of_the_last_five_minutes(visitor, stub):
    visitor.sign_in()

    asked = asked_by(visitor.get("/sensitive"))

    essential = {"essential": True, "values": ["urn:idp:loa:2fa"]}
    assert claims_parameter(asked) == {"id_token": {"acr": essential}}
    assert asked["acr_values"] == "urn:idp:loa:2fa"
    assert asked["max_age"] == "300"


def test_the_sensitive_page_opens_with_two_fresh_factors(visitor, stub):
    stub.claims = TWO_FACTORS
    answer = visitor.come_back(visitor.get("/sensitive"))

    page = visitor.get(answer.location)

    assert answer.location == "/sensitive"
    assert 'data-page="sensitive"' in page.text


def test_an_answer_with_one_factor_does_not_open_the_sensitive_page(visitor, stub):
    visitor.sign_in()

    answer = visitor.come_back(visitor.get("/sensitive"))

    assert error_of(answer) == "acr_missing"
    assert "You are still signed in" in answer.text
    assert visitor.get("/sensitive").status_code == 302


def test_an_old_proof_does_not_open_the_sensitive_page(visitor, stub):
    stub.claims = TWO_FACTORS | {"auth_time": 1_700_000_000}

    answer = visitor.come_back(visitor.get("/sensitive"))

    assert error_of(answer) == "auth_time_too_old"


def test_signing_out_forgets_everything_here(visitor, stub):
    visitor.sign_in()

    page = visitor.post("/sign-out")

    assert "signed out of this app" in page.text
    assert not visitor.is_signed_in()
