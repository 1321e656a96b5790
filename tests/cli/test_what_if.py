import pytest

from config import SecondFactorPolicy
from tests.support.factories import EMAIL

TWO = "urn:idp:loa:2fa"


@pytest.fixture
def client_id(a):
    rp = a.client(
        scope="openid profile email", second_factor_policy=SecondFactorPolicy.OPTIONAL, trusted=True
    )
    return rp.client_id


def test_pages_acr_amr_claims_and_lifetimes_are_foretold(idp, a, client_id, events):
    a.phone(a.user())
    before = events()

    ran = idp("what-if", EMAIL, client_id, "--scope", "openid email", "--json")

    assert ran.exit_code == 0
    told = ran.document
    assert told["steps"] == ["sign-in", "second-factor"]
    assert (told["ending"], told["acr"]) == ("signed-in", TWO)
    assert told["amr"] == ["pwd", "otp", "mfa"]
    assert told["userinfo"] == {
        "sub": told["id_token"]["sub"],
        "email": "•••",
        "email_verified": "•••",
    }
    assert told["lifetimes"]["access_token"] == 600
    assert told["lifetimes"]["session"] == 12 * 3600
    assert events() == before


def test_a_trusted_browser_and_a_session_change_the_pages(idp, a, client_id):
    a.phone(a.user())

    trusted = idp("what-if", EMAIL, client_id, "--device", "trusted", "--json").document
    there = idp("what-if", EMAIL, client_id, "--session-age", "30", "--json").document
    aged = idp(
        "what-if", EMAIL, client_id, "--session-age", "30", "--max-age", "60", "--json"
    ).document
    over = idp("what-if", EMAIL, client_id, "--session-age", "721", "--json").document

    assert (trusted["steps"], trusted["amr"]) == (["sign-in"], ["pwd"])
    assert there["steps"] == []
    assert aged["steps"] == over["steps"] == ["sign-in", "second-factor"]


def test_what_the_claims_say_is_shown_when_asked_for_and_written_down(idp, a, client_id, events):
    a.user()

    ran = idp("what-if", EMAIL, client_id, "--scope", "openid email", "--show-values")

    assert f"UserInfo   email: {EMAIL}" in ran.output
    assert events()[-1] == "claims_shown"


def test_a_request_that_would_fail_says_why(idp, a, client_id):
    a.user()

    refused = idp("what-if", EMAIL, client_id, "--prompt", "none", "--json").document
    shown = idp("what-if", EMAIL, client_id, "--redirect-uri", "https://evil.example", "--json")
    nobody = idp("what-if", "nobody@example.com", client_id)
    without_phone = idp(
        "what-if", EMAIL, client_id, "--session-age", "1", "--session-proofs", "password+code"
    )

    assert (refused["ending"], refused["error"]) == ("refused", "login_required")
    assert (shown.document["ending"], shown.document["error"]) == ("shown", "invalid_request")
    assert (nobody.exit_code, nobody.output) == (1, "")
    assert without_phone.errors.strip() == "This person has not set up such a factor."
