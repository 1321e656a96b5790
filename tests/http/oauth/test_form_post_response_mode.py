"""Response modes: where the parameters of an answer go, the same for success and error."""

from urllib.parse import parse_qsl, urlsplit

from tests.http.oauth.conftest import error_of
from tests.support.factories import EMAIL, PASSWORD
from tests.support.spec_matrix import spec

STATE = "a+b %20&\"'<>\\é=;"


def form_of(browser):
    form = browser.find("main form")
    assert form["method"] == "post"
    return form["action"], {
        field["name"]: field["value"] for field in form.select("input[type=hidden]")
    }


def in_fragment(browser):
    parts = urlsplit(browser.left_for)
    assert not parts.query
    return dict(parse_qsl(parts.fragment))


@spec("OIDC MRT", "2.1")
def test_an_error_is_posted_with_everything_escaped(rp, browser):
    """A69."""
    browser.open(rp.authorization_url(prompt="none", response_mode="form_post", state=STATE))

    action, fields = form_of(browser)

    assert browser.status == 200
    assert action == rp.redirect_uri
    assert fields.pop("error_description")
    assert fields == {"error": "login_required", "state": STATE, "iss": rp.issuer}
    assert browser.response.headers["Cache-Control"] == "no-store"
    assert "onload" not in browser.response.text
    assert "form-action" not in browser.response.headers["Content-Security-Policy"]


@spec("OIDC MRT", "2.1")
def test_an_unknown_mode_is_refused_in_the_default_one(rp):
    for mode in (".jwt", "jwt.query", "FORM_POST", "web_message", '"'):
        assert error_of(rp, response_mode=mode) == "invalid_request"
    assert error_of(rp, response_mode="query") == "login_required"


@spec("OIDC MRT", "2.1")
def test_a_code_comes_in_the_fragment_to_whoever_asks(a, rp, browser):
    a.user()
    browser.open(rp.authorization_url(response_mode="fragment", prompt="none"))
    refused = in_fragment(browser)
    browser.open(rp.authorization_url(response_mode="fragment")).submit(
        username=EMAIL, password=PASSWORD
    ).press("Allow")

    assert refused["error"] == "login_required"
    assert browser.left_for.startswith(f"{rp.redirect_uri}#code=")
    assert rp.exchange(in_fragment(browser)["code"]).status_code == 200


def test_a_form_needs_an_address_to_post_to(a):
    native = a.client("native", redirect_uris=("com.example.app:/cb",))

    assert error_of(native, response_mode="form_post") == "invalid_request"


def test_a_state_that_a_form_would_change_is_refused(rp):
    assert error_of(rp, response_mode="form_post", state="a\nb") == "invalid_request"
    assert error_of(rp, response_mode="query", state="a\nb") == "login_required"


@spec("OIDC MRT", "2.1")
def test_faults_found_later_are_posted_too(rp, browser):
    browser.open(rp.authorization_url(response_mode="form_post", code_challenge=None))

    _, fields = form_of(browser)

    assert (fields["error"], fields["iss"]) == ("invalid_request", rp.issuer)
