"""The issuer is on every authorization response, so that a client can tell whose it is."""

from tests.http.oauth.conftest import error_of
from tests.support.spec_matrix import spec


@spec("RFC 9207", "2")
def test_success_names_the_issuer(rp, approve):
    """A55."""
    assert approve(rp)["iss"] == rp.issuer


@spec("RFC 9207", "2")
def test_errors_name_the_issuer(rp):
    for change in (
        {},
        {"response_type": "token"},
        {"code_challenge": None},
        {"scope": "nothing"},
        {"response_mode": "x"},
        {"request": "x"},
        {"prompt": "x"},
    ):
        error_of(rp, **change)


@spec("RFC 6749", "4.1.2.1")
def test_errors_carry_nothing_beyond_what_is_registered(rp):
    from tests.support.relying_party import answer

    response = rp.client.get(rp.authorization_url(scope="x", prompt="none"))

    said = answer(response.headers["Location"])
    assert set(said) == {"error", "error_description", "state", "iss"}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
