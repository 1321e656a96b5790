"""Pushed requests: judged when they come, carried by name, answered once."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

import pytest

from idp import clock as the_clock
from idp import models
from idp.clients import document, register, registry
from idp.extensions import db, transaction
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.http.oauth.conftest import refused
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer
from tests.support.signer import signer
from tests.support.spec_matrix import spec

PREFIX = "urn:ietf:params:oauth:request_uri:"


def push(rp, headers=None, **changes):
    """A complete request, brought by the client itself."""
    headers = (rp.basic() if rp.client_secret else {}) if headers is None else headers
    data = rp.parameters(**changes)
    return rp.client.post("/par", data=data, headers=headers, base_url=rp.issuer)


def pushed(rp, **changes):
    return push(rp, **changes).json["request_uri"]


def carried(rp, request_uri, **more):
    """What the browser brings."""
    return "/authorize?" + urlencode({"client_id": rp.client_id, "request_uri": request_uri} | more)


@pytest.fixture
def ann(a):
    return a.user()


@pytest.fixture
def signed_in(browser, rp, ann):
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    return browser


@spec("RFC 9126", "2.2")
def test_a_pushed_request_gets_a_name_that_lives_a_minute(rp):
    answered = push(rp)

    assert answered.status_code == 201
    assert answered.headers["Cache-Control"] == "no-store"
    assert answered.json["request_uri"].startswith(PREFIX)
    assert len(answered.json["request_uri"]) == len(PREFIX) + 43
    assert answered.json["expires_in"] == 60


@spec("RFC 9126", "2.2")
def test_the_name_is_stored_as_a_digest_and_no_credential_is_kept(app, rp):
    uri = push(rp, headers={}, client_secret=rp.client_secret).json["request_uri"]

    with app.app_context():
        row = db.session.query(models.PushedRequest).one()
    names = [name for name, _ in row.parameters]
    assert "client_secret" not in names
    assert rp.client_secret not in str(row.parameters)
    assert uri.encode() not in row.digest


@spec("RFC 9126", "4")
def test_the_browser_carries_the_name_to_the_sign_in_and_the_app_gets_its_code(rp, browser, ann):
    browser.open(carried(rp, pushed(rp, state="as pushed")))
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")

    told = answer(browser.left_for)
    assert told["state"] == "as pushed"
    assert told["iss"] == rp.issuer
    tokens = rp.exchange(told["code"])
    assert tokens.status_code == 200


@spec("RFC 9126", "4")
def test_who_is_signed_in_comes_back_at_once(rp, signed_in):
    signed_in.open(carried(rp, pushed(rp)))

    assert "code" in answer(signed_in.left_for)


@spec("RFC 9101", "6.3")
def test_what_stands_beside_the_name_is_not_heard(rp, signed_in):
    uri = pushed(rp, state="pushed")

    signed_in.open(carried(rp, uri, state="beside", prompt="login", redirect_uri="https://x.test/"))

    assert answer(signed_in.left_for)["state"] == "pushed"


@spec("RFC 9126", "7.3")
def test_it_may_be_opened_again_until_it_is_answered_and_not_after(rp, browser, ann):
    url = carried(rp, pushed(rp))
    assert browser.open(url).page == "sign-in"
    browser.open(url).submit(username=EMAIL, password=PASSWORD).press("Allow")
    assert "code" in answer(browser.left_for)

    browser.open(url)

    assert (browser.status, browser.page) == (400, "protocol-error")
    assert browser.find("[data-error]").get_text(strip=True) == "invalid_request_uri"


@spec("RFC 9126", "7.3")
def test_two_sign_ins_of_one_name_get_one_code(app, rp, signed_in, a):
    other = rp.parameters(prompt="consent")
    uri = push(rp, **other).json["request_uri"]
    signed_in.open(carried(rp, uri))
    first_page = signed_in.url
    signed_in.open(carried(rp, uri)).press("Allow")
    assert "code" in answer(signed_in.left_for)

    signed_in.open(first_page).press("Allow")

    assert (signed_in.status, signed_in.page) == (400, "protocol-error")
    with app.app_context():
        codes = db.session.query(models.AuthorizationCode)
        assert codes.count() == 2, "the first sign-in's, and one"


@spec("RFC 9126", "2.2")
def test_it_expires(rp, browser, clock):
    url = carried(rp, pushed(rp))
    clock.advance(seconds=61)

    browser.open(url)

    assert (browser.status, browser.page) == (400, "protocol-error")
    assert browser.find("[data-error]").get_text(strip=True) == "invalid_request_uri"


@spec("RFC 9126", "2.2")
def test_another_client_cannot_use_it(a, rp, browser):
    browser.open(carried(a.client(), pushed(rp)))

    assert (browser.status, browser.page) == (400, "protocol-error")
    assert browser.left_for is None


@pytest.mark.parametrize("name", ["x" * 43, "", "A" * 300])
def test_a_name_that_never_was_is_shown(rp, browser, name):
    browser.open(carried(rp, PREFIX + name))

    assert (browser.status, browser.page) == (400, "protocol-error")


@spec("RFC 9126", "2.1")
def test_the_client_proves_itself_as_at_the_token_endpoint(rp):
    refused(push(rp, headers={}), 401, "invalid_client")
    wrong = push(rp, headers={}, client_secret="not the secret")
    refused(wrong, 401, "invalid_client")


@spec("RFC 9126", "2.1")
def test_an_assertion_may_name_this_endpoint_as_its_audience(a):
    rp = a.client(token_endpoint_auth_method="private_key_jwt", jwks=signer().jwks)
    now = int(the_clock.now().timestamp())
    claims = {"iss": rp.client_id, "sub": rp.client_id, "jti": "one", "exp": now + 60}
    proof = signer().sign(claims | {"aud": f"{rp.issuer}/par"})

    answered = push(rp, headers={}, client_assertion=proof, client_assertion_type=TYPE)

    assert answered.status_code == 201


def test_a_public_client_may_push_and_strangers_cannot_fill_the_table(a, settings):
    spa = a.client("spa")
    assert push(spa).status_code == 201

    answers = [push(spa) for _ in range(120)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/par", "/device_authorization"])
def test_a_basic_header_without_a_secret_is_counted_like_none(a, path):
    app = a.client("native", redirect_uris=["http://127.0.0.1/callback"])
    sent = app.parameters() if path == "/par" else {"scope": "openid"}
    named = {"Authorization": "Basic " + b64encode(f"{app.client_id}:".encode()).decode()}

    def ask():
        return app.client.post(path, data=sent, headers=named, base_url=app.issuer)

    assert ask().status_code in {200, 201}

    assert [ask() for _ in range(120)][-1].status_code == 429


@spec("RFC 9126", "2.1")
def test_a_request_uri_cannot_be_pushed(rp):
    refused(push(rp, request_uri=PREFIX + "x"), 400, "invalid_request")
    refused(push(rp, request_uri="https://app.example/request.jwt"), 400, "invalid_request")


@spec("RFC 9126", "2.3")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"resource": "https://api.example"}, "invalid_target"),
        ({"request": "no.jwt.atall"}, "invalid_request_object"),
    ],
)
def test_the_client_hears_at_once_what_is_wrong(app, rp, changes, code):
    refused(push(rp, **changes), 400, code)

    with app.app_context():
        assert db.session.query(models.PushedRequest).count() == 0


@spec("RFC 9126", "2.3")
def test_how_the_address_differs_is_told_as_at_the_authorization_endpoint(rp):
    said = push(rp, redirect_uri=rp.redirect_uri + "/").json["error_description"]

    told = rp.client.get(rp.authorization_url(redirect_uri=rp.redirect_uri + "/"))
    assert said.rpartition(": ")[2].rstrip(".") in told.get_data(as_text=True)


@spec("RFC 9126", "3")
def test_a_request_object_can_be_pushed(app, a, browser):
    rp = a.client(jwks=signer().jwks)
    a.user()
    told = rp.parameters(iss=rp.client_id, aud=rp.issuer, state="inside", client_secret="oops")
    data = {"client_id": rp.client_id, "request": signer().sign(told)}
    said = rp.client.post("/par", data=data, headers=rp.basic(), base_url=rp.issuer)
    assert said.status_code == 201
    with app.app_context():
        assert "oops" not in str(db.session.query(models.PushedRequest).one().parameters)

    browser.open(carried(rp, said.json["request_uri"]))
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")

    assert answer(browser.left_for)["state"] == "inside"


@spec("RFC 9126", "6")
def test_a_client_that_has_to_push_is_refused_by_address(a, browser):
    rp = a.client(require_pushed_authorization_requests=True)
    a.user()

    browser.open(rp.authorization_url())
    assert answer(browser.left_for)["error"] == "invalid_request"

    browser.open(carried(rp, pushed(rp)))
    assert browser.page == "sign-in"


def test_a_registration_that_changed_meanwhile_counts(app, a, rp, browser):
    url = carried(rp, pushed(rp))
    with app.app_context(), transaction():
        known = registry.read(rp.client_id)
        moved = document.as_document(known) | {"redirect_uris": ["https://app.example/moved"]}
        proposed = document.from_document(moved)
        register.change(rp.client_id, register.version_of(known), proposed, reason="moved")

    browser.open(url)

    assert (browser.status, browser.page) == (400, "protocol-error")


@spec("RFC 9126", "2")
def test_other_methods_are_refused(rp):
    answered = rp.client.get("/par")

    assert answered.status_code == 405
    assert answered.headers["Allow"] == "POST, OPTIONS"


@spec("RFC 9126", "5")
def test_discovery_names_the_endpoint(rp):
    document = rp.client.get("/.well-known/openid-configuration").json

    assert document["pushed_authorization_request_endpoint"] == f"{rp.issuer}/par"
    assert document["require_pushed_authorization_requests"] is False


def test_apps_in_a_browser_may_push(a):
    spa = a.client("spa")

    preflight = spa.client.options("/par", base_url=spa.issuer)

    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert push(spa).headers["Access-Control-Allow-Origin"] == "*"
