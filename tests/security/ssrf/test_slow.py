"""A92: hosts that keep us waiting, to tie up our threads."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.outbound import door as doors
from idp.outbound.refusal import OutboundFailed, Reason
from tests.support.foreign_host import (
    Thinks,
    drips,
    keeps_silent,
    listening,
)
from tests.support.outbound import HEAD, KEYS, reason_of, speaking
from tests.support.race import at_once

SLOW = {
    "silent": keeps_silent,
    "drips its status": drips(b"", b"H"),
    "drips its head": drips(HEAD, b"X: y\r\n"),
    "drips one header": drips(HEAD + b"X: ", b"y"),
    "drips interim answers": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
SLOW_BODY = {
    "drips its body": drips(HEAD + b"Content-Length: 900\r\n\r\n", b"x"),
    "drips to the end of the connection": drips(HEAD + b"\r\n", b"x"),
    "drips chunks": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


def test_slow_hosts_are_left_in_time(door, tls):
    def reason(behaviour):
        with speaking(behaviour, tls) as url:
            return reason_of(lambda: door.fetch(url, "*/*"))

    assert all_at_once(reason, SLOW | SLOW_BODY) == dict.fromkeys(SLOW | SLOW_BODY, Reason.TIMEOUT)


def test_slow_receivers_are_left_in_time(door, tls):
    def reason(behaviour):
        with speaking(behaviour, tls) as url:
            return reason_of(lambda: door.post_form(url, {"a": "b"}))

    assert all_at_once(reason, SLOW) == dict.fromkeys(SLOW, Reason.TIMEOUT)


def all_at_once(reason, hosts):
    with ThreadPoolExecutor(len(hosts)) as pool:
        return dict(zip(hosts, pool.map(reason, hosts.values()), strict=True))


def test_the_body_of_an_answer_to_a_post_is_not_waited_for(door, tls):
    with speaking(SLOW_BODY["drips its body"], tls) as url:
        assert door.post_form(url, {"a": "b"}) == 200


def test_a_host_that_never_shakes_hands_is_left_in_time(door):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"https://localhost:{deaf.getsockname()[1]}/"

        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.TIMEOUT


def test_a_dawdling_resolver_is_left_in_time(closed_door, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) and [])

    assert reason_of(lambda: closed_door.fetch("https://rp.example/", "*/*")) is Reason.TIMEOUT
    over.set()


def test_one_request_per_url_is_in_flight(door, tls):
    host = Thinks(KEYS, seconds=0.3)
    with speaking(host, tls) as url:
        assert at_once(8, lambda: door.fetch(url, "*/*")) == [KEYS] * 8

    assert host.most_at_once == 1


def test_one_notice_per_url_is_in_flight(door, tls):
    # Few and quick: they queue, and all of them together have the time of one call.
    host = Thinks(b"", seconds=0.02)
    with speaking(host, tls) as url:
        assert at_once(4, lambda: door.post_form(url, {})) == [200] * 4

    assert host.most_at_once == 1


def test_slow_hosts_cannot_take_every_thread(door, tls):
    with listening(keeps_silent, tls=tls) as host:
        numbers = iter(range(doors.MAXIMUM_CALLERS + 8))

        def reason():
            url = f"https://localhost:{host.port}/{next(numbers)}"
            with pytest.raises(OutboundFailed) as failed:
                door.fetch(url, "*/*")
            return failed.value.reason

        reasons = at_once(doors.MAXIMUM_CALLERS + 8, reason)

    assert reasons.count(Reason.BUSY) == 8
    assert reasons.count(Reason.TIMEOUT) == doors.MAXIMUM_CALLERS
