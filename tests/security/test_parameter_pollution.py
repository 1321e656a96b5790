"""A parameter twice, in two places, or as an array: nobody may choose which one counts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer
from tests.support.spec_matrix import spec

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client(trusted=True)


@pytest.fixture(scope="module")
def browser(world, rp):
    return world.signed_in(rp)


def post(rp, path, body, headers=None):
    return rp.client.post(
        path, data=body, content_type=FORM, headers=rp.basic() if headers is None else headers
    )


def twice(fields, name, second):
    return f"{urlencode(fields)}&{urlencode({name: second})}"


@spec("RFC 6749", "3.2")
def test_a_field_twice_is_refused_and_spends_nothing(world, rp, browser):
    """A56: the same value again, another, and none."""
    code = world.code(rp, browser)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": rp.redirect_uri,
        "code_verifier": rp.verifier,
        "client_id": rp.client_id,
        "unknown": "x",
    }

    for name, value in fields.items():
        for second in (value, "other", ""):
            refused(post(rp, "/token", twice(fields, name, second)), 400, "invalid_request")

    assert post(rp, "/token", urlencode(fields)).status_code == 200


def test_the_same_holds_for_refresh_revocation_and_introspection(world, rp, browser):
    """A56."""
    tokens = rp.exchange(world.code(rp, browser)).json
    requests = {
        "/token": {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        "/revoke": {"token": tokens["refresh_token"], "token_type_hint": "refresh_token"},
        "/introspect": {"token": tokens["access_token"], "token_type_hint": "access_token"},
    }

    for path, fields in requests.items():
        for name, value in fields.items():
            refused(post(rp, path, twice(fields, name, value)), 400, "invalid_request")

    assert rp.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
def test_client_credentials_twice_are_refused(rp, path):
    """A56: in the body, and in body and header."""
    own = urlencode({"client_id": rp.client_id, "client_secret": rp.client_secret})
    body = f"grant_type=refresh_token&refresh_token=x&token=x&{own}"

    refused(post(rp, path, body), 400, "invalid_request")
    for again in ("client_id", "client_secret"):
        refused(post(rp, path, f"{body}&{again}=x", {}), 400, "invalid_request")
    other = urlencode({"client_id": "somebody-else"})
    refused(post(rp, path, f"grant_type=refresh_token&token=x&{other}"), 400, "invalid_request")


def test_the_query_of_a_post_says_nothing(world, rp, browser):
    """A56: neither instead of the body nor beside it."""
    code = world.code(rp, browser)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": rp.redirect_uri,
        "code_verifier": rp.verifier,
    }
    refused(post(rp, f"/token?{urlencode(fields)}", ""), 400, "invalid_request")
    without_code = {name: value for name, value in fields.items() if name != "code"}
    answered = post(rp, f"/token?code={code}", urlencode(without_code))
    refused(answered, 400, "invalid_request")

    answered = post(rp, "/token?code=other&grant_type=password", urlencode(fields))

    assert answered.status_code == 200


@pytest.mark.parametrize("form", ["{}[]", "{}[0]", "{}.", " {}", "{} ", "{}%00"])
def test_an_array_is_another_name(world, rp, browser, form):
    """A56: nothing is guessed from `code[]`."""
    fields = {form.format("code"): "x", "grant_type": "authorization_code"}

    refused(post(rp, "/token", urlencode(fields)), 400, "invalid_request")


def test_a_token_in_header_and_body_is_one_too_many(world, rp, browser):
    """A56."""
    token = rp.exchange(world.code(rp, browser)).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    refused(post(rp, "/userinfo", f"access_token={token}", headers), 400, "invalid_request")
    double = f"access_token={token}&access_token={token}"
    refused(post(rp, "/userinfo", double, {}), 400, "invalid_request")
    assert rp.client.get(f"/userinfo?access_token={token}").status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_authorization_request_with_a_parameter_twice_is_refused(rp, method):
    """A56: by the client where it can be told, else by a page."""
    for name in rp.parameters(prompt="none", max_age="5", claims="{}", resource=None, unknown="x"):
        body = twice(rp.parameters(prompt="none"), name, "x") + f"&{name}=x"
        response = (
            rp.client.get(f"/authorize?{body}")
            if method == "GET"
            else post(rp, "/authorize", body, {})
        )
        if name in {"client_id", "redirect_uri", "state"}:
            assert response.status_code == 400, name
            assert "Location" not in response.headers
        else:
            assert answer(response.headers["Location"])["error"] == "invalid_request", name


def test_logout_with_a_parameter_twice_asks_and_goes_nowhere(world, rp, browser):
    """A56, A94."""
    token = rp.exchange(world.code(rp, browser)).json["id_token"]

    browser.open(f"/logout?id_token_hint={token}&id_token_hint={token}&state=a")

    assert (browser.page, browser.left_for) == ("sign-out", None)


def test_a_field_of_a_page_twice_is_its_first_and_lets_nobody_in(world, rp):
    """A56: a second password is no second guess, a second name no other account."""
    browser = world.browser().open(rp.authorization_url())
    token = browser.find("main input[name=csrf_token]")["value"]
    pairs = [("csrf_token", token), ("username", EMAIL), ("password", "wrong"), ("password", "x")]
    before = len(world.events("password_rejected"))

    response = browser.client.post(
        browser.url, data=urlencode([*pairs, ("password", PASSWORD)]), content_type=FORM
    )

    assert response.status_code == 422
    assert len(world.events("password_rejected")) == before + 1
