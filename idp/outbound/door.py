"""The door itself: what goes out passes here, is limited, counted and logged."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog

from idp import metrics, strict_json
from idp.outbound import exchange, target
from idp.outbound.address import Exceptions
from idp.outbound.connection import connect, tls_context
from idp.outbound.deadline import Deadline
from idp.outbound.exchange import Answer, Request
from idp.outbound.flights import Flights
from idp.outbound.refusal import OutboundError, OutboundFailed, Reason
from idp.outbound.target import Target

PATIENCE_SECONDS = 2.4
"""For everything together; the answer to whoever waits for us must be out within 2.5."""
PATIENCE_OF_A_PERSON = 10.0
"""For a call that a command makes, with somebody in front of it."""
MAXIMUM_CALLERS = 16
"""Threads of a process that may wait for other hosts, so that slow ones cannot take all of them."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Shared by all threads of a process."""

    exceptions: Exceptions
    tls: ssl.SSLContext
    flights: Flights = field(default_factory=Flights)
    callers: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAXIMUM_CALLERS)
    )

    @classmethod
    def built(cls, allowed: tuple[str, ...], extra_ca: Path | None) -> Door:
        """From the settings."""
        return cls(Exceptions.listed(allowed), tls_context(extra_ca))

    def fetch(self, url: str, accept: str) -> bytes:
        with _observed("GET", url), self._entered():
            request = Request("GET", target.read(url), accept)
            deadline = Deadline.after(PATIENCE_SECONDS)
            return self.flights.read(
                _line(request.target), deadline, lambda: self._body(request, deadline)
            )

    def fetch_json(self, url: str, accept: str) -> Any:  # noqa: ANN401  whatever JSON can hold
        """With the member names of every object unique, and no NaN."""
        return _parsed(self.fetch(url, accept))

    def headers(self, url: str) -> list[tuple[str, str]]:
        """Of the answer to a GET, whatever its status; the body is left unread."""
        with _observed("GET", url), self._entered():
            request = Request("GET", target.read(url), "*/*")
            deadline = Deadline.after(PATIENCE_SECONDS)
            with connect(request.target, self.exceptions, self.tls, deadline) as connection:
                return exchange.headers_of(connection, request, deadline)

    def ask(
        self, url: str, authorization: str | None = None, fields: Mapping[str, str] | None = None
    ) -> Answer:
        """A GET, or with `fields` a POST, that is answered to whoever shows a credential: with its
        status, never shared with another caller.
        """
        method = "GET" if fields is None else "POST"
        with _observed(method, url), self._entered():
            body = None if fields is None else urlencode(fields).encode("ascii")
            request = Request(method, target.read(url), "*/*", body, authorization)
            deadline = Deadline.after(PATIENCE_OF_A_PERSON)
            with connect(request.target, self.exceptions, self.tls, deadline) as connection:
                return exchange.answer_of(connection, request, deadline)

    def post_form(self, url: str, fields: Mapping[str, str]) -> int:
        with _observed("POST", url), self._entered():
            body = urlencode(fields).encode("ascii")
            request = Request("POST", target.read(url), "*/*", body)
            deadline = Deadline.after(PATIENCE_SECONDS)
            return self.flights.write(
                _line(request.target), deadline, lambda: self._status(request, deadline)
            )

    def _body(self, request: Request, deadline: Deadline) -> bytes:
        with connect(request.target, self.exceptions, self.tls, deadline) as connection:
            return exchange.body_of(connection, request, deadline)

    def _status(self, request: Request, deadline: Deadline) -> int:
        with connect(request.target, self.exceptions, self.tls, deadline) as connection:
            return exchange.status_of(connection, request, deadline)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        if not self.callers.acquire(blocking=False):
            raise OutboundFailed(Reason.BUSY)
        try:
            yield
        finally:
            self.callers.release()


def _line(asked: Target) -> str:
    return asked.loggable + asked.query


@contextmanager
def _observed(method: str, url: str) -> Iterator[None]:
    began = time.monotonic()
    outcome = "answered"
    try:
        yield
    except OutboundError as error:
        outcome = error.reason.value
        raise
    except BaseException:
        outcome = "broken"
        raise
    finally:
        metrics.outbound_calls.labels(method, outcome).inc()
        _log.info(
            "outbound",
            method=method,
            url=_loggable(url),
            outcome=outcome,
            milliseconds=round((time.monotonic() - began) * 1000),
        )


def _loggable(url: str) -> str | None:
    try:
        return target.read(url).loggable
    except OutboundError:
        return None  # what cannot be read cannot be shortened safely either


def _parsed(body: bytes) -> Any:  # noqa: ANN401
    try:
        return strict_json.parse(body)
    except ValueError:
        raise OutboundFailed(Reason.NOT_JSON) from None
