from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.clients.redirect_uri import Deployment, problem

PUBLIC, LOCAL = Deployment.PUBLIC, Deployment.LOCAL


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example",
        "https://app.example/",
        "https://app.example/cb?tenant=1&x=%20",
        "https://app.example:8443/a//b/cb",
        "https://xn--mnchen-3ya.example/cb",
        "https://192.0.2.1/cb",
        "https://[2001:db8::1]:8443/cb",
        "https://app.example/..hidden/a..b",
        "https://app.example/a@b",
    ],
)
def test_https_is_for_everybody(uri):
    assert problem(uri, "web", PUBLIC) is None
    assert problem(uri, "native", PUBLIC) is None


@pytest.mark.spec("RFC 8252", "7.3")
@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/cb", "http://127.0.0.1:49152/", "http://[::1]:1/"]
)
def test_plain_http_on_the_loopback_address_is_for_native_clients(uri):
    assert problem(uri, "native", PUBLIC) is None
    assert (problem(uri, "web", PUBLIC) or "").startswith("must be https")


@pytest.mark.spec("RFC 8252", "8.3")
def test_localhost_by_name_is_for_development_only():
    uri = "http://localhost:5001/callback"

    assert problem(uri, "web", LOCAL) is None
    assert problem(uri, "native", LOCAL) is None
    assert (problem(uri, "web", PUBLIC) or "").startswith("must be https")
    assert "127.0.0.1" in problem(uri, "native", PUBLIC)


@pytest.mark.spec("RFC 8252", "7.1")
@pytest.mark.parametrize("uri", ["com.example.app:/cb", "com.example.app://cb/x", "org.a-b.c:/"])
def test_a_reverse_domain_scheme_is_for_native_clients(uri):
    assert problem(uri, "native", LOCAL) is None
    assert (problem(uri, "web", LOCAL) or "").startswith("must be https")


@pytest.mark.spec("RFC 9700", "2.1")
@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/cb",
        "//app.example/cb",
        "app.example/cb",
        "https:app.example",
        "https:/app.example",
        "https:///cb",
        "https://",
        "https://app.example/#",
        "https://app.example/cb#part",
        "https://ann@app.example/cb",
        "https://ann:pw@app.example/cb",
        "https://app.example@evil.example/",
        "https://*.app.example/cb",
        "https://app.example/*",
        "https://app.example\\@evil.example/",
        "https://app.example/%5C",
        "https://app.example/a/../b",
        "https://app.example/..",
        "https://app.example/a/./b",
        "https://app.example/a/%2e%2E/b",
        "https://app.example/a/..;x/b",
        "https://app.example/a%2f..%2fb",
        "https://app.example/\r\nLocation: x",
        "https://app.example/%0d%0a",
        "https://app.example/%00",
        "https://app.example/%7f",
        "https://app.example/%zz",
        "https://app.example/%",
        "https://app.example/ b",
        " https://app.example/",
        "https://app.example/\n",
        "https://app.example/\x00",
        'https://app.example/"',
        "https://app.example/<b>",
        "https://app.example/{id}",
        "https://münchen.example/",
        "https://app.example/ü",
        "https://\u0430pp.example/",
        "https://app.example:/cb",
        "https://app.example:0/cb",
        "https://app.example:65536/cb",
        "https://app.example:80a/cb",
        "https://-app.example/",
        "https://app..example/",
        "https://app.example./",
        "https://app_1.example/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.0x1/",
        "https://010.0.0.1/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://[::1%25eth0]/",
        "http://app.example/cb",
        "http://127.0.0.2/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "HTTPS://app.example/cb",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://app.example",
        "data:text/html,x",
        "DATA:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example/1",
        "about:blank",
        "myapp://cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "com.example.app:cb",
        "com.example.app:",
        "com.example.app://ann@cb/",
        "com.example.app:/a/../b",
        "com.example.app:/cb#x",
        "com..app:/cb",
        "https://app.example/" + "a" * 2_000,
    ],
)
def test_what_could_be_read_in_two_ways_or_runs_code_is_refused_everywhere(uri):
    for application_type in ("web", "native"):
        for deployment in (PUBLIC, LOCAL):
            assert problem(uri, application_type, deployment)


PIECES = [*"abcxz019.:/?#[]@!$&'()*+,;=%-_~\\\"<>{} \t\r\n\0ü", "%2e", "//", ".."]
URI_LIKE = st.lists(st.sampled_from(PIECES)).map("".join)
ANY_URI = st.one_of(
    st.text(),
    URI_LIKE,
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["https://", "http://", "com.example.app:/", "javascript:", "https:", ""]),
        st.sampled_from(["app.example", "127.0.0.1", "localhost", "[::1]", "a@b", "1", ""]),
        URI_LIKE,
    ),
)


@given(ANY_URI, st.sampled_from(["web", "native"]), st.sampled_from([PUBLIC, LOCAL]))
def test_whatever_is_accepted_is_plain(uri, application_type, deployment):
    if problem(uri, application_type, deployment) is not None:
        return

    assert uri.isascii()
    assert uri.isprintable()
    assert not set(uri) & set(' \\#*"<>{}^`|')
    parts = urlsplit(uri)
    assert parts.username is None
    assert parts.geturl().startswith(f"{parts.scheme}:")
    assert not {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/"))
    if parts.scheme not in {"https", "http"}:
        assert application_type == "native"
        assert "." in parts.scheme
        return
    assert parts.hostname
    assert parts.port is None or 0 < parts.port <= 65_535
    if parts.scheme == "http":
        allowed = {"127.0.0.1", "::1"} | ({"localhost"} if deployment is LOCAL else set())
        assert parts.hostname in allowed
        assert application_type == "native" or deployment is LOCAL


@given(ANY_URI, st.sampled_from(["web", "native"]))
def test_a_public_deployment_accepts_nothing_that_a_local_one_refuses(uri, application_type):
    if problem(uri, application_type, PUBLIC) is None:
        assert problem(uri, application_type, LOCAL) is None
