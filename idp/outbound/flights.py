"""One request in flight per URL: who wants to read the same joins it, who writes waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from idp.outbound.deadline import Deadline
from idp.outbound.refusal import OutboundFailed, Reason


@dataclass(frozen=True, slots=True)
class _Flight:
    """A request on its way. `body` is what a read brings; a write brings nothing to share."""

    is_read: bool
    body: Future[bytes] = field(default_factory=Future)
    landed: threading.Event = field(default_factory=threading.Event)


class Flights:
    """The requests of one process that are on their way, by URL."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_url: dict[str, _Flight] = {}

    def read(self, url: str, deadline: Deadline, fetch: Callable[[], bytes]) -> bytes:
        """What `fetch` brings, or what somebody's fetch of the same URL does that began earlier."""
        own = _Flight(is_read=True)
        earlier = self._take_off(url, own)
        while earlier and not earlier.is_read:
            _wait(earlier, deadline)
            earlier = self._take_off(url, own)
        if earlier:
            return _result(earlier, deadline)
        try:
            own.body.set_result(fetch())
        except BaseException as error:
            own.body.set_exception(error)
            raise
        finally:
            self._land(url, own)
        return own.body.result()

    def write(self, url: str, deadline: Deadline, post: Callable[[], int]) -> int:
        """What `post` answers, after all earlier requests to the URL have landed."""
        own = _Flight(is_read=False)
        while earlier := self._take_off(url, own):
            _wait(earlier, deadline)
        try:
            return post()
        finally:
            self._land(url, own)

    def _take_off(self, url: str, flight: _Flight) -> _Flight | None:
        """None when the air is free and the flight is on its way, else the one before it."""
        with self._lock:
            earlier = self._by_url.setdefault(url, flight)
        return None if earlier is flight else earlier

    def _land(self, url: str, flight: _Flight) -> None:
        with self._lock:
            del self._by_url[url]
        flight.landed.set()


def _wait(flight: _Flight, deadline: Deadline) -> None:
    flight.landed.wait(timeout=deadline.remaining())


def _result(flight: _Flight, deadline: Deadline) -> bytes:
    wait([flight.body], timeout=deadline.remaining())
    if not flight.body.done():
        raise OutboundFailed(Reason.TIMEOUT)
    return flight.body.result()
