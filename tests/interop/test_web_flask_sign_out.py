"""The example web app signs out of the provider, and ends a session when the provider says so."""

import time
from contextlib import contextmanager

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.interop.site import free_address
from tests.support.example_app import asked_by

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token(stub, *, key=None, typ="logout+jwt", **changes):
    now = int(time.time())
    claims = {
        "iss": stub.issuer,
        "aud": "app",
        "iat": now,
        "exp": now + 120,
        "jti": "once",
        "events": {EVENT: {}},
        "sub": "ann",
        "sid": "session-1",
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "one", "typ": typ}, kept, key or stub.signing_key)


def tell(visitor, token):
    """As the provider does it: without any cookie."""
    elsewhere = visitor.browser.application.test_client()
    return elsewhere.post("/backchannel-logout", data={"logout_token": token})


@pytest.fixture
def signed_in(visitor, stub):
    stub.claims = {"sid": "session-1"}
    visitor.sign_in()
    return visitor


def test_the_session_of_the_logout_token_ends(signed_in, stub):
    answer = tell(signed_in, logout_token(stub))

    assert (answer.status_code, answer.headers["Cache-Control"]) == (204, "no-store")
    assert not signed_in.is_signed_in()


def test_without_a_sid_all_sessions_of_the_user_end(signed_in, stub):
    assert tell(signed_in, logout_token(stub, sid=None)).status_code == 204

    assert not signed_in.is_signed_in()


@pytest.mark.parametrize("named", [{"sid": "session-2"}, {"sid": None, "sub": "eve"}], ids=str)
def test_sessions_of_others_go_on(signed_in, stub, named):
    assert tell(signed_in, logout_token(stub, **named)).status_code == 204

    assert signed_in.is_signed_in()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-app"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"nonce": "n"},
        {"events": None},
        {"events": {"something-else": {}}},
        {"events": EVENT},
        {"sub": None, "sid": None},
        {"typ": "JWT"},
    ],
    ids=str,
)
def test_a_token_that_is_not_a_good_logout_token_ends_nothing(signed_in, stub, changes):
    answer = tell(signed_in, logout_token(stub, **changes))

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert signed_in.is_signed_in()


def test_a_token_signed_by_another_key_ends_nothing(signed_in, stub):
    token = logout_token(stub, key=ECKey.generate_key("P-256"))

    assert tell(signed_in, token).status_code == 400
    assert signed_in.is_signed_in()


@pytest.mark.parametrize("token", ["", "a.b.c", "not a token", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_at_all_ends_nothing(signed_in, token):
    assert tell(signed_in, token).status_code == 400
    assert signed_in.is_signed_in()


def test_signing_out_everywhere_ends_the_session_here_before_going_to_the_provider(signed_in, stub):
    stub.metadata = {"end_session_endpoint": f"{stub.issuer}/logout"}
    signed_in.browser.application.extensions["provider"].client.server_metadata.clear()

    leaving = signed_in.browser.post("/sign-out-everywhere")

    asked = asked_by(leaving)
    assert asked["id_token_hint"].count(".") == 2
    assert asked["post_logout_redirect_uri"] == "http://localhost:5001/"
    assert not signed_in.is_signed_in()
    page = signed_in.get("/", state=asked["state"])
    assert "signed out of this app and at the provider" in page.text


def test_a_link_cannot_make_the_app_say_that_somebody_has_signed_out(visitor):
    assert "signed out" not in visitor.get("/", state="made-up").text


@contextmanager
def two_apps(site):
    """Both of the same person; each with a sign-out that the other is told of."""
    first, second = free_address(), free_address()
    with app_at(site, first), app_at(site, second):
        yield first, second


@contextmanager
def app_at(site, base_url):
    client = site.a.client(
        redirect_uris=[f"{base_url}/callback"],
        post_logout_redirect_uris=[f"{base_url}/"],
        backchannel_logout_uri=f"{base_url}/backchannel-logout",
    )
    told = site.environment(client, base_url)
    told |= {"SESSION_FILE": f"{told['FOLDER']}/sessions.sqlite3"}
    with site.running(base_url, told, ("clients_example.web_flask:create_app", "--factory")):
        yield


def test_signing_out_of_one_app_everywhere_signs_out_of_the_other(site, bob):
    with two_apps(site) as (first, second):
        for app in (first, second):
            bob.open(f"{app}/sign-in").prove_everything()
            assert bob.page == "claims", bob.answer.text

        bob.press("Sign out everywhere")

        assert bob.where.startswith(f"{second}/")
        assert "signed out of this app and at the provider" in bob.answer.text
        site.deliver()
        assert bob.open(first).page == "welcome"
        assert bob.open(f"{first}/sign-in").page == "sign-in"
