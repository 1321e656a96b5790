"""Redirect URIs: accepted if and only if registered byte for byte, a loopback port apart."""

import pytest

from tests.support.spec_matrix import spec

REGISTERED = "https://app.example/callback"

VARIANTS = [
    "https://app.example/callback/",
    "https://app.example/callbac",
    "https://app.example/Callback",
    "https://APP.example/callback",
    "HTTPS://app.example/callback",
    "http://app.example/callback",
    "https://app.example:443/callback",
    "https://app.example:8443/callback",
    "https://app.example./callback",
    "https://app.example/callback?",
    "https://app.example/callback?x=1",
    "https://app.example/callback#",
    "https://app.example/callback#x",
    "https://app.example/callback%20",
    "https://app.example/callback ",
    " https://app.example/callback",
    "https://app.example/callback\t",
    "https://app.example/callback\r\nLocation: https://evil.example",
    "https://app.example/callback%0d%0a",
    "https://app.example/./callback",
    "https://app.example/x/../callback",
    "https://app.example/..;/callback",
    "https://app.example/%63allback",
    "https://app.example/%2e/callback",
    "https://app.example//callback",
    "https:/app.example/callback",
    "https:///app.example/callback",
    "//app.example/callback",
    "/callback",
    "callback",
    "https://user@app.example/callback",
    "https://user:pw@app.example/callback",
    "https://app.example@evil.example/callback",
    "https://evil.example/https://app.example/callback",
    "https://evil.example\\@app.example/callback",
    "https://app.example\\.evil.example/callback",
    "https://app.example.evil.example/callback",
    "https://evil.example?https://app.example/callback",
    "https://evil.example#https://app.example/callback",
    "https://\u0430pp.example/callback",
    "https://xn--pp-7lc.example/callback",
    "https://app。example/callback",
    "https://127.0.0.1/callback",
    "https://2130706433/callback",
    "https://[::ffff:7f00:1]/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    '"><script>',
    "\\",
    '"',
    "é",
    "*",
    "https://*.example/callback",
    "a" * 4_000,
]


def ask(rp, uri):
    return rp.client.get(rp.authorization_url(redirect_uri=uri, prompt="none"))


def is_shown(response):
    """A page for the user, and no way to anywhere."""
    return (
        response.status_code == 400
        and "Location" not in response.headers
        and 'data-page="protocol-error"' in response.text
    )


def is_sent_to(response, uri):
    return response.status_code == 303 and response.headers["Location"].startswith(uri + "?error=")


@spec("OIDC Core", "3.1.2.1")
@spec("RFC 9700", "2.1")
def test_a_variant_is_shown_and_never_redirected(rp):
    """A49."""
    assert [uri for uri in VARIANTS if not is_shown(ask(rp, uri))] == []


@spec("RFC 6749", "3.1.2.4")
def test_a_missing_redirect_uri_is_shown_even_when_only_one_is_registered(rp):
    assert is_shown(ask(rp, None))


@spec("RFC 6749", "3.1.2")
def test_the_registered_one_is_redirected_to(rp):
    assert is_sent_to(ask(rp, REGISTERED), REGISTERED)


@spec("RFC 6749", "3.1.2")
def test_a_registered_query_is_kept(a):
    rp = a.client(redirect_uris=("https://app.example/cb?tenant=a%20b&x",))

    location = ask(rp, rp.redirect_uri).headers["Location"]

    assert location.startswith("https://app.example/cb?tenant=a%20b&x&error=login_required&")


class TestLoopback:
    """RFC 8252."""

    @pytest.fixture
    def native(self, a):
        uris = ("http://127.0.0.1/cb", "http://[::1]:7000/cb", "com.example.app:/cb")
        return a.client("native", redirect_uris=uris)

    GOOD = (
        "http://127.0.0.1/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]/cb",
        "http://[::1]:51004/cb",
        "com.example.app:/cb",
    )
    BAD = (
        "http://localhost/cb",
        "http://localhost:1/cb",
        "https://127.0.0.1:1/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:99999999999/cb",
        "http://127.0.0.1:01/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:\uff11/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:1/cb/",
        "http://127.0.0.1:1/cb?x",
        "http://127.0.0.1:1/cb#x",
        "http://127.0.0.1:1/CB",
        "http://127.0.0.1:1/x/../cb",
        "http://127.1/cb",
        "http://0x7f.0.0.1/cb",
        "http://127.0.0.2/cb",
        "http://[::1%25lo]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://127.0.0.1:1/cb\n",
        "com.example.app:/cb/",
        "com.example.app://cb",
        "COM.example.app:/cb",
    )

    @spec("RFC 8252", "7.3")
    def test_only_the_port_may_vary(self, native):
        assert [uri for uri in self.GOOD if not is_sent_to(ask(native, uri), uri)] == []

    @spec("RFC 8252", "8.3")
    def test_everything_else_may_not(self, native):
        """A50."""
        assert [uri for uri in self.BAD if not is_shown(ask(native, uri))] == []
