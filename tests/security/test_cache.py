"""Nothing about a person is kept on the way, and nothing that was posted is posted on."""

from __future__ import annotations

import pytest

from tests.security.world import World
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty

PUBLIC = {"/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}


class Recorder(Browser):
    """Keeps every answer of the way, with how it was asked for."""

    def _request(self, url, method, data, headers):
        response = super()._request(url, method, data, headers)
        self.__dict__.setdefault("seen", []).append((method, self.url, response))
        return response


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client()


@pytest.fixture(scope="module")
def way(world: World, rp: RelyingParty) -> Recorder:
    """From an app through sign-in, consent, enrolment and sign-out."""
    browser = Recorder(world.app.test_client(), world.issuer)
    browser.open(rp.authorization_url()).submit(username=EMAIL, password="wrong")
    browser.submit(username=EMAIL, password=PASSWORD).press("Allow")
    browser.open(rp.authorization_url(prompt="none")).open("/account/").open("/account/totp")
    browser.open("/nothing").open("/account/").press("Sign out")
    browser.open(rp.authorization_url()).press("Cancel")
    return browser


def test_no_answer_of_the_way_may_be_kept(way) -> None:
    """A72: pages, redirects, errors."""
    assert len(way.seen) >= 15
    for method, url, response in way.seen:
        assert response.headers["Cache-Control"] == "no-store", (method, url)
        assert "ETag" not in response.headers
        assert "Last-Modified" not in response.headers


def test_after_a_post_the_browser_goes_on_by_get(way) -> None:
    """A74: 307 or 308 would hand the password to wherever the redirect leads."""
    posts = [response for method, _, response in way.seen if method == "POST"]

    assert {response.status_code for response in posts} == {303, 422}


def test_no_secret_is_in_an_address(way) -> None:
    """A74: what was typed is in no URL that a redirect could carry on."""
    assert not any(PASSWORD in url or "password" in url for _method, url, _ in way.seen)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke", "/userinfo", "/register"])
def test_no_answer_of_a_machine_endpoint_may_be_kept(world: World, path: str, method: str) -> None:
    """A72, RFC 6749 §5.1: errors neither."""
    response = world.app.test_client().open(path, method=method, data={"a": "b"})

    assert response.status_code >= 400
    assert response.headers["Cache-Control"] == "no-store"


SUFFIXES = ["x.css", "x.js", "logo.png", "..;/x.css", "%2e%2e/static/x.css", ";x.css", "%3Fx.css"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_page_does_not_pass_for_a_file(world: World, rp: RelyingParty, suffix: str) -> None:
    """A72: deception of a cache that goes by endings."""
    browser = world.browser().open(rp.authorization_url())
    browser.submit(username=EMAIL, password=PASSWORD)
    for path in (f"/account/{suffix}", f"/userinfo/{suffix}", f"/interaction/{suffix}"):
        response = browser.client.get(path)
        assert response.status_code in {400, 404}, path
        assert response.headers["Cache-Control"] == "no-store"
        assert EMAIL not in response.text


UNKEYED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-HTTP-Method-Override": "DELETE",
    "Forwarded": "host=evil.example",
}


@pytest.mark.parametrize("path", sorted(PUBLIC))
def test_what_may_be_kept_is_the_same_for_everybody(world: World, path: str) -> None:
    """A72: no header and no cookie makes another answer that a cache would hand on."""
    client = world.app.test_client(use_cookies=False)
    plain = client.get(path)
    assert "Set-Cookie" not in plain.headers

    told = client.get(path, headers=UNKEYED | {"Cookie": "__Host-session=x; theme=dark"})

    assert told.data == plain.data
    assert "evil" not in str(told.headers)
