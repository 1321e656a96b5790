"""A92: hosts that send more than anybody asked for."""

import gzip

import pytest

from idp.outbound import exchange
from idp.outbound.refusal import Reason
from tests.support.foreign_host import (
    answers,
    pours,
    says,
)
from tests.support.outbound import HEAD, reason_of, speaking

GZIPPED = gzip.compress(b"\0" * 10_000_000)
LARGE = {
    "announced": (answers(b"x" * (exchange.MAXIMUM_BODY + 1)), Reason.TOO_LARGE),
    "announced absurdly": (says(HEAD + b"Content-Length: 9999999999999\r\n\r\n"), Reason.TOO_LARGE),
    "gzip bomb": (answers(GZIPPED, head="Content-Encoding: gzip\r\n"), Reason.ENCODED),
    "gzip bomb in transfer": (answers(GZIPPED, head="Transfer-Encoding: gzip\r\n"), Reason.ENCODED),
    "absurd chunk": (
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n" + b"x" * 99999),
        Reason.TOO_LARGE,
    ),
}
ENDLESS = {
    "body": (HEAD + b"\r\n", b"x" * 4096),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 800),
    "head": (HEAD, b"X-Padding: " + b"y" * 4000 + b"\r\n"),
    "status line": (b"", b"H" * 4096),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
}


@pytest.mark.parametrize(("behaviour", "reason"), LARGE.values(), ids=LARGE)
def test_large_and_packed_bodies_are_refused(door, tls, behaviour, reason):
    with speaking(behaviour, tls) as url:
        assert reason_of(lambda: door.fetch(url, "*/*")) is reason


@pytest.mark.parametrize(("first", "wave"), ENDLESS.values(), ids=ENDLESS)
def test_of_an_endless_answer_no_more_than_the_cap_is_read(door, tls, monkeypatch, first, wave):
    received = counted_reads(monkeypatch)

    with speaking(pours(first, wave, []), tls) as url:
        reason = reason_of(lambda: door.fetch(url, "*/*"))

    assert reason in {Reason.TOO_LARGE, Reason.MALFORMED}
    assert sum(received) <= exchange.MAXIMUM_BODY + exchange.MAXIMUM_OVERHEAD


def counted_reads(monkeypatch):
    received = []
    read = exchange._Wire.readinto

    def counting(wire, buffer):
        count = read(wire, buffer)
        received.append(count)
        return count

    monkeypatch.setattr(exchange._Wire, "readinto", counting)
    return received
