import pytest

from idp.outbound import door as doors
from idp.outbound import exchange
from idp.outbound.refusal import OutboundFailed, OutboundRefused, Reason
from tests.support.foreign_host import (
    answers,
    listening,
    says,
)
from tests.support.outbound import HEAD, KEYS, reason_of, speaking


def test_an_honest_host_is_read(door, tls):
    with listening(answers(KEYS), tls=tls) as host:
        url = f"https://localhost:{host.port}/jwks?kid=1#part"

        assert door.fetch_json(url, "application/json") == {"keys": []}
        assert host.requests[0].startswith(b"GET /jwks?kid=1 HTTP/1.1\r\n")
        assert f"Host: localhost:{host.port}\r\n".encode() in host.requests[0]
        assert b"Accept-Encoding: identity\r\n" in host.requests[0]


def test_an_honest_host_is_told(door, tls):
    with listening(answers(b"", "204 No Content"), tls=tls) as host:
        status = door.post_form(f"https://localhost:{host.port}/out", {"logout_token": "a b&c"})

        assert status == 204
        assert host.requests[0].startswith(b"POST /out HTTP/1.1\r\n")
        assert host.requests[0].endswith(b"Content-Length: 20\r\n\r\nlogout_token=a+b%26c")


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n6\r\n{"keys\r\n6\r\n": []}\r\n0\r\n\r\n',
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 12\r\n\r\n" + KEYS,
        b"HTTP/1.0 200 OK\r\n\r\n" + KEYS,
        HEAD + b"Content-Encoding: identity\r\n\r\n" + KEYS,
    ],
)
def test_every_proper_form_of_answer_is_read(door, tls, answer):
    with speaking(says(answer), tls) as url:
        assert door.fetch(url, "*/*") == KEYS


def test_a_body_of_exactly_64_kib_is_read_whole(door, tls):
    body = b"x" * exchange.MAXIMUM_BODY
    with speaking(answers(body), tls) as url:
        assert door.fetch(url, "*/*") == body


def test_a_listed_host_may_speak_plain_http(door):
    with listening(answers(KEYS)) as host:
        assert door.fetch(f"http://localhost:{host.port}/", "*/*") == KEYS


def test_the_next_address_is_tried_when_one_is_dead(door, tls, resolver):
    resolver.leads("localhost", ["::1", "127.0.0.1"])
    with speaking(answers(KEYS), tls) as url:
        assert door.fetch(url, "*/*") == KEYS

    assert resolver.asked == ["localhost"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail ESMTP\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        HEAD + b"Content-Length: 100\r\n\r\nshort",
        HEAD + b"Content-Length: 100\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nshort",
        HEAD + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_what_is_not_http_or_is_cut_off_is_a_failure(door, tls, content):
    with speaking(says(content), tls) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.MALFORMED


@pytest.mark.parametrize(
    "status", ["201 Created", "204 No", "206 Partial", "404 Not", "500 Broken"]
)
def test_only_200_is_a_document(door, tls, status):
    with speaking(answers(KEYS, status), tls) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is Reason.STATUS


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"a": 1, "a": 2}', b'{"a": NaN}', b"1" * 60_000],
)
def test_what_is_not_proper_json_is_a_failure(door, tls, body):
    with speaking(answers(body), tls) as url:
        assert reason_of(lambda: door.fetch_json(url, "*/*")) is Reason.NOT_JSON


def test_every_call_is_counted_and_logged_without_its_query(door, tls, log_lines, count_of):
    before = count_of("GET", "answered"), count_of("GET", "status")
    with speaking(answers(KEYS), tls) as url:
        door.fetch(f"{url}?token=s3cret", "*/*")
    with speaking(answers(KEYS, "404 Not"), tls) as missing, pytest.raises(OutboundFailed):
        door.fetch(f"{missing}?token=s3cret", "*/*")

    assert (count_of("GET", "answered"), count_of("GET", "status")) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert [(line["url"], line["outcome"]) for line in log_lines] == [
        (url, "answered"),
        (missing, "status"),
    ]


def test_a_url_that_cannot_be_read_is_not_logged(closed_door, log_lines):
    with pytest.raises(OutboundRefused):
        closed_door.fetch("https://user:s3cret@rp.example/", "*/*")

    assert [(line["url"], line["outcome"]) for line in log_lines] == [(None, "url")]


@pytest.fixture
def log_lines(monkeypatch):
    lines = []

    class Log:
        def info(self, _event, **values):
            lines.append(values)

    monkeypatch.setattr(doors, "_log", Log())
    return lines


@pytest.fixture
def count_of():
    def count(method, outcome):
        return doors.metrics.outbound_calls.labels(method, outcome)._value.get()

    return count
