import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.outbound import target
from idp.outbound.refusal import OutboundRefused, Reason

ODD = [
    "",
    "//rp.example/",
    "/jwks",
    "https:rp.example",
    "https:///jwks",
    "file:///etc/passwd",
    "ftp://rp.example/",
    "gopher://rp.example/",
    "data:application/json,{}",
    "jar:https://rp.example/",
    "https://user@rp.example/",
    "https://user:pass@rp.example/",
    "https://rp.example@127.0.0.1/",
    "https://rp.example\\@127.0.0.1/",
    "https://rp.example\t/",
    "https://rp.example/ HTTP/1.1\r\nHost: inside",
    "https://rp.example/\r\nX: y",
    "https://rp.example/\x00",
    " https://rp.example/",
    "https://rp.example/ ",
    "https://rp.example:/",
    "https://rp.example:0/",
    "https://rp.example:0443/",
    "https://rp.example:65536/",
    "https://rp.example:+443/",
    "https://rp.example:443:443/",
    "https://rp.example./",
    "https://.rp.example/",
    "https://rp..example/",
    "https://-rp.example/",
    "https://rp%2eexample/",
    "https://\uff52\uff50.example/",
    "https://rp\u3002example/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://127.0.0.1.2/",
    "https://rp.1/",
    "https://[::1/",
    "https://[::1%25lo]/",
    "https://[v1.x]/",
    "https://[::1]x/",
    "https://rp.example/" + "a" * 2048,
]


@pytest.mark.parametrize("url", ODD)
def test_odd_urls_are_refused(url):
    with pytest.raises(OutboundRefused) as refused:
        target.read(url)

    assert refused.value.reason is Reason.URL


def test_a_url_is_read_into_its_parts():
    read = target.read("HTTPS://RP.example:8443/keys/a?x=1&y=%20#part")

    assert (read.scheme, read.host, read.port) == ("https", "rp.example", 8443)
    assert (read.path, read.query) == ("/keys/a", "?x=1&y=%20")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://rp.example", "rp.example"),
        ("https://rp.example:443", "rp.example"),
        ("http://rp.example:80", "rp.example"),
        ("http://rp.example:443", "rp.example:443"),
        ("https://[2606:4700:0::1111]:8443", "[2606:4700::1111]:8443"),
    ],
)
def test_the_host_field_names_the_port_only_if_it_is_unusual(url, authority):
    assert target.read(url).authority == authority


def test_the_log_gets_no_query():
    assert target.read("https://rp.example/a?secret=1").loggable == "https://rp.example/a"


url_like = st.from_regex(r"https?://[a-z0-9.:@\\\[\]%/?#-]{0,40}", fullmatch=True)


@given(url_like)
def test_what_is_accepted_means_the_same_to_the_standard_parser(url):
    try:
        read = target.read(url)
    except OutboundRefused:
        return

    parts = urlsplit(url)
    assert (parts.username, parts.password) == (None, None)
    assert socket_address(parts.hostname) == read.host
    assert (parts.port or target.DEFAULT_PORTS[parts.scheme]) == read.port
    assert (parts.path or "/") == read.path


def socket_address(host):
    if ":" not in host:
        return host
    return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host))
