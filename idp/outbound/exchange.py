"""One request and its answer over a connection: counted bytes, one deadline, nothing followed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from socket import socket
from typing import TYPE_CHECKING, cast

from idp.outbound.deadline import Deadline
from idp.outbound.refusal import OutboundFailed, Reason
from idp.outbound.target import Target

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAXIMUM_BODY = 64 * 1024
MAXIMUM_OVERHEAD = 16 * 1024
"""Bytes of everything else: the head, interim answers, the frames of chunks."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    target: Target
    accept: str
    body: bytes | None = None
    authorization: str | None = None
    """A credential, which is never logged."""

    def encoded(self) -> bytes:
        """As it goes over the wire (RFC 9112 §3). The target holds no space and no line break."""
        fields = {
            "Host": self.target.authority,
            "User-Agent": "idp",
            "Accept": self.accept,
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if self.authorization is not None:
            fields["Authorization"] = _one_line(self.authorization)
        if self.body is not None:
            fields["Content-Type"] = "application/x-www-form-urlencoded"
            fields["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.target.path}{self.target.query} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise OutboundFailed(Reason.MALFORMED)
    return value


class _Wire(io.RawIOBase):
    """Reads a connection, never past its allowance or the deadline."""

    def __init__(self, connection: socket, deadline: Deadline) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline
        self._allowance = MAXIMUM_BODY + MAXIMUM_OVERHEAD

    def makefile(self, _mode: str) -> io.BufferedReader:
        """All that `HTTPResponse` wants of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._allowance <= 0:
            raise OutboundFailed(Reason.TOO_LARGE)
        self._connection.settimeout(self._deadline.remaining())
        window = memoryview(buffer)[: self._allowance]
        count = self._connection.recv_into(window)
        self._allowance -= count
        return count


def status_of(connection: socket, request: Request, deadline: Deadline) -> int:
    """The answer's status; its body is left unread. Raises `OutboundFailed`."""
    return _asked(connection, request, deadline).status


def headers_of(connection: socket, request: Request, deadline: Deadline) -> list[tuple[str, str]]:
    """The answer's headers, as often as they came. Raises `OutboundFailed`."""
    return _asked(connection, request, deadline).getheaders()


def body_of(connection: socket, request: Request, deadline: Deadline) -> bytes:
    """The body of a 200 answer. Raises `OutboundFailed`."""
    answer = _asked(connection, request, deadline)
    if answer.status != 200:
        raise OutboundFailed(Reason.STATUS)
    return _plain_body(answer)


def answer_of(connection: socket, request: Request, deadline: Deadline) -> Answer:
    """Status and body. Raises `OutboundFailed`."""
    answer = _asked(connection, request, deadline)
    return Answer(answer.status, _plain_body(answer))


def _plain_body(answer: HTTPResponse) -> bytes:
    if answer.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise OutboundFailed(Reason.ENCODED)
    if answer.getheader("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise OutboundFailed(Reason.ENCODED)
    return _whole_body(answer)


def _asked(connection: socket, request: Request, deadline: Deadline) -> HTTPResponse:
    wire = _Wire(connection, deadline)
    try:
        _send(connection, request.encoded(), deadline)
        answer = HTTPResponse(cast("socket", wire), method=request.method)
        answer.begin()
    except TimeoutError:
        raise OutboundFailed(Reason.TIMEOUT) from None
    except (HTTPException, OSError, ValueError):
        raise OutboundFailed(Reason.MALFORMED) from None
    if 300 <= answer.status < 400:
        raise OutboundFailed(Reason.REDIRECT)
    return answer


def _send(connection: socket, content: bytes, deadline: Deadline) -> None:
    rest = memoryview(content)
    while rest:
        connection.settimeout(deadline.remaining())
        rest = rest[connection.send(rest) :]


def _whole_body(answer: HTTPResponse) -> bytes:
    if answer.length is not None and answer.length > MAXIMUM_BODY:
        raise OutboundFailed(Reason.TOO_LARGE)
    try:
        body = answer.read(MAXIMUM_BODY + 1)
    except TimeoutError:
        raise OutboundFailed(Reason.TIMEOUT) from None
    except (HTTPException, OSError, ValueError):
        raise OutboundFailed(Reason.MALFORMED) from None
    if len(body) > MAXIMUM_BODY:
        raise OutboundFailed(Reason.TOO_LARGE)
    if answer.length:  # announced, but not sent
        raise OutboundFailed(Reason.MALFORMED)
    return body
