"""Nobody is sent where no client has registered: table and differential fuzzing."""

import re
from functools import partial
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.clients import register
from idp.extensions import transaction
from tests.support.relying_party import answer
from tests.support.spec_matrix import spec

FORM = "application/x-www-form-urlencoded"
CALLBACK = "https://app.example/callback"
WEB = (CALLBACK, "https://app.example:8443/cb", "https://app.example/cb?tenant=a%20b&x")
NATIVE = ("http://127.0.0.1/cb", "http://[::1]:7000/cb", "com.example.app:/cb")
AFTER = "https://app.example/bye"

BY_HAND = [
    *("https://app.example/callback/", "https://app.example/callback//", "https://app.example/"),
    *("https://app.example", "https://app.example?", "https://app.example#", "https://"),
    *("https://APP.EXAMPLE/callback", "HTTPS://app.example/callback", "https:app.example/callback"),
    *("http://app.example/callback", "ftp://app.example/callback", "wss://app.example/callback"),
    *("https://app.example:443/callback", "https://app.example:/callback"),
    *("https://app.example:8443/callback", "https://app.example:0443/callback"),
    *("https://app.example:8443/cb/", "https://app.example:8444/cb", "https://app.example/cb"),
    *("https://app.example./callback", "https://.app.example/callback"),
    *("https://x.app.example/callback", "https://appexample/callback"),
    *("https://app.example/callback?", "https://app.example/callback?x=1", f"{CALLBACK}?code=1"),
    *("https://app.example/callback&", "https://app.example/callback;x=1", f"{CALLBACK}%3Fx=1"),
    *("https://app.example/cb?tenant=a+b&x", "https://app.example/cb?tenant=a b&x"),
    *("https://app.example/cb?tenant=a%20b", "https://app.example/cb?x&tenant=a%20b"),
    *("https://app.example/cb?tenant=a%20b&x=", "https://app.example/cb?tenant=a%20b&x&y"),
    *("https://app.example/callback#", "https://app.example/callback#x", f"{CALLBACK}%23"),
    *("https://app.example/./callback", "https://app.example/x/../callback"),
    *("https://app.example/../callback", "https://app.example/callback/.."),
    *("https://app.example/callback/../evil", "https://app.example/callback/..%2fevil"),
    *("https://app.example/..;/callback", "https://app.example/callback/..;/evil"),
    *("https://app.example/%2e/callback", "https://app.example/%2e%2e/callback"),
    *("https://app.example/callback%2f", "https://app.example%2fcallback"),
    *("https://app.example/callback%20", "https://app.example/callback ", f" {CALLBACK}"),
    *(f"\t{CALLBACK}", f"{CALLBACK}\t", f"{CALLBACK}\n", f"\n{CALLBACK}", f"{CALLBACK}\r"),
    *(f"{CALLBACK}\r\nLocation: https://evil.example", f"{CALLBACK}%0d%0aSet-Cookie:a=b"),
    *(f"{CALLBACK}\u2028", f"{CALLBACK}\u00a0", f"{CALLBACK}\u200b", f"\ufeff{CALLBACK}"),
    *("https://app.example//callback", "https:/app.example/callback", "https:///app.example/"),
    *("https:\\\\app.example\\callback", "https:/\\app.example/callback", "\\\\evil.example"),
    *("//app.example/callback", "///evil.example", "/\\evil.example", "/callback", "callback"),
    *("https://user@app.example/callback", "https://user:pw@app.example/callback"),
    *("https://@app.example/callback", "https://:@app.example/callback"),
    *("https://app.example@evil.example/callback", "https://app.example%40evil.example/callback"),
    *("https://app.example:443@evil.example/callback", "https://evil.example@app.example/callback"),
    *("https://evil.example\\@app.example/callback", "https://app.example\\.evil.example/callback"),
    *("https://app.example.evil.example/callback", "https://evil.example/app.example/callback"),
    *(f"https://evil.example?{CALLBACK}", f"https://evil.example#{CALLBACK}"),
    *(f"https://evil.example/{CALLBACK}", f"https://evil.example&{CALLBACK}"),
    *(f"{CALLBACK},https://evil.example", f"{CALLBACK} https://evil.example"),
    *("https://\u0430pp.example/callback", "https://xn--pp-7lc.example/callback"),
    *("https://app\u3002example/callback", "https://app\uff0eexample/callback"),
    *("https://app.ex\u00e4mple/callback", "https://a\u00adpp.example/callback"),
    *("https://\uff41pp.example/callback", "https://app.example/c\u0430llback"),
    *("https://127.0.0.1/callback", "https://2130706433/callback", "https://0x7f.1/callback"),
    *("https://[::ffff:7f00:1]/callback", "https://[::1]/callback", "https://0/callback"),
    *("javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)"),
    *(f"javascript://app.example/callback%0aalert(1)//{CALLBACK}", "vbscript:x", "about:blank"),
    *("data:text/html,x", "data:text/html;base64,PHNjcmlwdD4=", "blob:https://app.example/x"),
    *("file:///etc/passwd", "urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"),
    *("view-source:https://app.example/callback", "intent://app.example/callback#Intent;end"),
    *('"><script>', "'", '"', "\\", "%", "%%", "%zz", "é", "*", "null", "undefined", "0", "."),
    *("https://*.example/callback", "https://app.example/*", "https://app.example/callback*"),
    *("http://localhost/callback", "http://127.0.0.1/callback", "http://127.0.0.1:1/cb"),
    *("{redirect_uri}", "${CALLBACK}", "${jndi:ldap://evil.example}", "{{7*7}}", "' OR 1=1 --"),
    *("a" * 4_000, "https://app.example/callback" + "/" * 2_000, "https://" + "a." * 1_000),
]


def mechanical(uri):
    """One character away: missing, doubled, of the other case, escaped, its neighbour."""
    for place, character in enumerate(uri):
        before, after = uri[:place], uri[place + 1 :]
        yield before + after
        yield before + character * 2 + after
        yield before + character.swapcase() + after
        yield before + f"%{ord(character):02x}" + after
        yield before + chr(ord(character) + 1) + after
        yield before + chr(ord(character) + 0xFEE0) + after


VARIANTS = sorted({*BY_HAND, *mechanical(CALLBACK)} - {*WEB})

LOOPBACK_VARIANTS = [
    *("http://localhost/cb", "http://localhost:1/cb", "http://localhost.localdomain/cb"),
    *("https://127.0.0.1/cb", "https://127.0.0.1:1/cb", "https://[::1]:7000/cb"),
    *("http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:99999999999/cb"),
    *("http://127.0.0.1:01/cb", "http://127.0.0.1:/cb", "http://127.0.0.1:-1/cb"),
    *("http://127.0.0.1:+1/cb", "http://127.0.0.1: 1/cb", "http://127.0.0.1:1 /cb"),
    *("http://127.0.0.1:\uff11/cb", "http://127.0.0.1:1e3/cb", "http://127.0.0.1:0x50/cb"),
    *("http://127.0.0.1:1:2/cb", "http://127.0.0.1::1/cb", "http://127.0.0.1;1/cb"),
    *("http://127.0.0.1@evil.example/cb", "http://127.0.0.1:80@evil.example/cb"),
    *("http://evil@127.0.0.1/cb", "http://127.0.0.1%40evil.example/cb"),
    *("http://127.0.0.1.evil.example/cb", "http://127.0.0.1\\evil.example/cb"),
    *("http://127.0.0.1#@evil.example/cb", "http://127.0.0.1?@evil.example/cb"),
    *("http://127.0.0.1:1/cb/", "http://127.0.0.1:1/cb?x", "http://127.0.0.1:1/cb#x"),
    *("http://127.0.0.1:1/CB", "http://127.0.0.1:1/x/../cb", "http://127.0.0.1:1//cb"),
    *("http://127.1/cb", "http://127.0.1/cb", "http://0x7f.0.0.1/cb", "http://2130706433/cb"),
    *("http://127.0.0.2/cb", "http://0.0.0.0/cb", "http://0177.0.0.1/cb", "http://127.000.0.1/cb"),
    *("http://[::1%25lo]/cb", "http://[0:0:0:0:0:0:0:1]/cb", "http://[::ffff:127.0.0.1]/cb"),
    *("http://::1/cb", "http://[::]/cb", "http://[::1]evil.example/cb", "http://[::1]:7000"),
    *("http://127.0.0.1:1/cb\n", "http://127.0.0.1:1\n/cb", "http://127.0.0.1:1\t/cb"),
    *("com.example.app:/cb/", "com.example.app://cb", "COM.example.app:/cb", "com.example.app:cb"),
    *("com.example.app:/cb?x", "com.example.ap:/cb", "com.example.app.evil:/cb", "com.example:/cb"),
]


@pytest.fixture(scope="module")
def rp(world):
    return world.a.client(redirect_uris=WEB, post_logout_redirect_uris=(AFTER,))


@pytest.fixture(scope="module")
def native(world):
    return world.a.client("native", redirect_uris=NATIVE)


def ask(rp, uri, **changes):
    return rp.client.get(rp.authorization_url(redirect_uri=uri, prompt="none", **changes))


def is_shown(response):
    """A page for the user, and no way to anywhere."""
    return (
        response.status_code == 400
        and "Location" not in response.headers
        and "Refresh" not in response.headers
        and 'data-page="protocol-error"' in response.text
    )


def is_sent_to(response, uri):
    joint = "&" if "?" in uri else "?"
    return response.status_code == 303 and response.headers["Location"].startswith(
        f"{uri}{joint}error=login_required&"
    )


@spec("RFC 9700", "2.1")
def test_of_more_than_two_hundred_variants_each_is_shown_and_none_redirected(rp):
    """A49."""
    assert len(VARIANTS) >= 200
    assert [uri for uri in VARIANTS if not is_shown(ask(rp, uri))] == []
    assert all(is_sent_to(ask(rp, uri), uri) for uri in WEB)


def test_a_variant_by_post_is_shown_too(rp):
    """A49."""
    for uri in VARIANTS[::4]:
        body = urlencode(rp.parameters(redirect_uri=uri, prompt="none"))
        assert is_shown(rp.client.post("/authorize", data=body, content_type=FORM)), uri


@pytest.mark.parametrize("order", [1, -1])
def test_two_addresses_are_none(rp, order):
    """A49, A56: also when one of them is registered, or both are."""
    url = rp.authorization_url(redirect_uri=None, prompt="none")
    for other in (CALLBACK, "https://evil.example/", "", WEB[1]):
        pair = [CALLBACK, other][::order]
        query = "".join(f"&redirect_uri={quote(uri, safe='')}" for uri in pair)
        assert is_shown(rp.client.get(url + query)), pair


@spec("RFC 8252", "7.3")
def test_of_a_loopback_address_only_the_port_may_vary(native):
    """A50."""
    assert [uri for uri in LOOPBACK_VARIANTS if not is_shown(ask(native, uri))] == []
    for uri in (*NATIVE, "http://127.0.0.1:1/cb", "http://[::1]:65535/cb", "http://[::1]/cb"):
        assert is_sent_to(ask(native, uri), uri), uri


FAULTS = [
    {"response_type": "token"},
    {"response_type": None},
    {"scope": "nonsense"},
    {"code_challenge": None},
    {"code_challenge_method": "plain"},
    {"prompt": "none login"},
    {"max_age": "x"},
    {"claims": "{"},
    {"response_mode": "form_post"},
    {"response_mode": "fragment"},
    {"request": "x"},
    {"request_uri": "https://evil.example/r"},
    {"id_token_hint": "x"},
    {"resource": "x"},
    {"state": "x" * 2_049},
    {"nonce": "x" * 513},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_error_takes_anybody_to_an_unregistered_address(rp, fault):
    """A51: the address is judged before everything that could be answered there."""
    for uri in ("https://evil.example/", "//evil.example", "https://app.example/callback/"):
        asked = rp.parameters(redirect_uri=uri, prompt="none") | fault
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        assert is_shown(rp.client.get(f"/authorize?{query}")), (uri, fault)


def test_no_unknown_or_disabled_client_has_an_address(world, rp):
    """A51."""
    gone = world.a.client(redirect_uris=WEB)
    with world.app.app_context(), transaction():
        register.disable(gone.client_id)

    for client_id in ("nobody", "", rp.client_id + " ", rp.client_id.upper(), gone.client_id):
        assert is_shown(ask(rp, CALLBACK, client_id=client_id)), client_id


def test_the_address_of_one_client_is_not_that_of_another(rp, native):
    """A49."""
    assert all(is_shown(ask(rp, uri)) for uri in NATIVE)
    assert all(is_shown(ask(native, uri)) for uri in WEB)


def test_after_sign_out_only_the_registered_address_is_returned_to(world, rp):
    """A94, R74: byte for byte as well, and no loopback rule."""
    ask_out = partial(world.app.test_client().get, "/logout")
    variants = sorted({*mechanical(AFTER), *BY_HAND, "http://127.0.0.1:1/bye"} - {AFTER})
    for uri in variants:
        query = {"client_id": rp.client_id, "post_logout_redirect_uri": uri, "state": "s"}
        response = ask_out(query_string=query)
        assert response.status_code in {200, 400, 414}, uri
        assert "Location" not in response.headers, uri
        assert f'href="{uri}' not in response.text, uri


# --- differential fuzzing ------------------------------------------------------------------------

PORT = r"(?::([1-9][0-9]{0,4}))?"
LOOPBACK = re.compile(rf"http://(?:127\.0\.0\.1{PORT}/cb|\[::1\]{PORT}/cb)")


def may_be_answered(uri):
    """The rule, written a second time: byte-equal, a loopback port apart."""
    if uri in {*WEB, *NATIVE}:
        return True
    found = LOOPBACK.fullmatch(uri)
    if found is None or not uri.isascii():
        return False
    return all(1 <= int(port) <= 65_535 for port in found.groups() if port)


CHARACTERS = st.one_of(
    st.sampled_from("/:.?#@&=%\\;[]+- *0123456789aA\t\r\n\u3002\uff0f\u212a"), st.characters()
)


@st.composite
def edited(draw):
    """A registered address after some keystrokes."""
    uri = draw(st.sampled_from((*WEB, *NATIVE)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(uri)))
        kept = draw(st.integers(0, 2))
        uri = uri[:at] + draw(st.text(CHARACTERS, max_size=2)) + uri[at + kept :]
    return uri


PORTS = st.integers(-1, 70_000).map(str) | st.text("0123456789", max_size=6)
WITH_PORT = st.builds("http://{}:{}/cb".format, st.sampled_from(["127.0.0.1", "[::1]"]), PORTS)
ADDRESSES = st.one_of(
    edited(), WITH_PORT, st.sampled_from((*WEB, *NATIVE)), st.text(CHARACTERS, max_size=60)
)


@pytest.fixture(scope="module")
def both(world):
    """A client that has registered all kinds of addresses."""
    return world.a.client("native", redirect_uris=(*WEB, *NATIVE))


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(uri=ADDRESSES)
def test_an_address_is_accepted_if_and_only_if_it_is_registered(both, uri):
    """A49, A50: against the rule written a second time."""
    query = urlencode(both.parameters(redirect_uri=uri, prompt="none"), errors="surrogatepass")
    response = both.client.get(f"/authorize?{query}")

    if may_be_answered(uri):
        assert is_sent_to(response, uri)
        assert answer(response.headers["Location"])["iss"] == both.issuer
    elif "\0" in uri:
        assert response.status_code == 400
        assert "Location" not in response.headers
    else:
        assert is_shown(response)


def test_a_code_is_redeemed_with_the_very_address_it_was_sent_to(world, native):
    """A49, A54: the loopback port belongs to it (RFC 6749 §4.1.3)."""
    approver = world.approver(world.a.user("cli@example.com"))
    code = approver.code(native, redirect_uri="http://127.0.0.1:5001/cb")

    for other in ("http://127.0.0.1/cb", "http://127.0.0.1:5002/cb", "http://[::1]:5001/cb", None):
        assert native.exchange(code, redirect_uri=other).json["error"] == "invalid_grant"

    assert native.exchange(code, redirect_uri="http://127.0.0.1:5001/cb").status_code == 200
