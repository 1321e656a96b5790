"""A92: whoever registers a URL tries to make us call what is inside."""

import socket

import pytest

from idp.outbound import connection as connections
from idp.outbound.door import Door
from idp.outbound.refusal import OutboundRefused, Reason
from tests.support.foreign_host import (
    answers,
    listening,
)
from tests.support.outbound import KEYS, reason_of, speaking

INSIDE = [
    "https://127.0.0.1:{port}/",
    "https://localhost:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[64:ff9b::127.0.0.1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://0.0.0.0:{port}/",
    "https://[::]:{port}/",
    "https://[::1]:{port}/",
    "https://127.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f.1:{port}/",
    "https://user@localhost:{port}/",
    "http://localhost:{port}/",
    "http://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "ftp://localhost:{port}/",
    "gopher://localhost:{port}/",
]


@pytest.mark.parametrize("template", INSIDE)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_nothing_inside_is_even_knocked_at(closed_door, template, address):
    with listening(answers(KEYS), address=address) as canary:
        url = template.format(port=canary.port)

        with pytest.raises(OutboundRefused):
            closed_door.fetch(url, "*/*")
        with pytest.raises(OutboundRefused):
            closed_door.post_form(url, {})

        assert canary.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "64:ff9b::a00:1",
    ],
)
def test_a_public_name_that_leads_inside_is_refused(closed_door, resolver, address):
    resolver.leads("rp.example", [address])

    assert reason_of(lambda: closed_door.fetch("https://rp.example/", "*/*")) is Reason.ADDRESS


def test_a_listed_network_does_not_open_its_neighbours(ca_file, resolver):
    door = Door.built(("127.0.0.2/32",), ca_file)
    with listening(answers(KEYS)) as canary:
        url = f"http://127.0.0.1:{canary.port}/"

        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.ADDRESS
        assert canary.connections == 0


def test_other_ports_and_plain_http_are_for_listed_hosts_only(closed_door, resolver):
    resolver.leads("rp.example", ["93.184.216.34"])

    assert reason_of(lambda: closed_door.fetch("https://rp.example:22/", "*/*")) is Reason.PORT
    assert reason_of(lambda: closed_door.fetch("http://rp.example/", "*/*")) is Reason.SCHEME
    assert resolver.asked == []


def test_other_ports_of_public_hosts_stay_closed_when_a_network_is_listed(ca_file, resolver):
    door = Door.built(("10.0.0.0/8",), ca_file)
    resolver.leads("rp.example", ["93.184.216.34"])

    assert reason_of(lambda: door.fetch("https://rp.example:22/", "*/*")) is Reason.PORT


def test_a_name_that_changes_its_mind_is_asked_only_once(closed_door, resolver, monkeypatch):
    resolver.leads("rp.example", ["93.184.216.34"], ["127.0.0.1"])
    dialled = []

    def refuse_to_answer(endpoint, _patience):
        dialled.append(str(endpoint.address))
        raise ConnectionRefusedError

    monkeypatch.setattr(connections, "_dial", refuse_to_answer)

    assert reason_of(lambda: closed_door.fetch("https://rp.example/", "*/*")) is Reason.UNREACHABLE
    assert (resolver.asked, dialled) == (["rp.example"], ["93.184.216.34"])


def test_the_peer_of_the_connected_socket_has_the_last_word(closed_door, resolver, monkeypatch):
    resolver.leads("rp.example", ["93.184.216.34"])
    with listening(answers(KEYS)) as canary:
        # As if something between us and the public address led the connection inside.
        monkeypatch.setattr(
            connections, "_dial", lambda *_: socket.create_connection(("127.0.0.1", canary.port))
        )

        reason = reason_of(lambda: closed_door.fetch("https://rp.example/", "*/*"))

    assert reason is Reason.ADDRESS
    assert canary.requests in ([], [b""])


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_heeded(door, tls, monkeypatch, name):
    with listening(answers(KEYS)) as proxy, speaking(answers(KEYS), tls) as url:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        assert door.fetch(url, "*/*") == KEYS
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Perm"]
)
def test_redirects_are_not_followed(door, tls, status):
    with listening(answers(KEYS), tls=tls) as canary:
        location = f"Location: https://localhost:{canary.port}/inside\r\n"
        with speaking(answers(KEYS, status, location), tls) as url:
            assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.REDIRECT
            assert reason_of(lambda: door.post_form(url, {})) is Reason.REDIRECT

        assert canary.connections == 0
