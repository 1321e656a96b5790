"""From a host's name to addresses, asked once and within the deadline.

The system's resolver cannot be told how long to wait, so it is asked in a thread that is left
behind when it dawdles. How many may be left behind is limited.
"""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address

from idp.outbound.address import Address
from idp.outbound.deadline import Deadline
from idp.outbound.refusal import OutboundFailed, Reason

MAXIMUM_LOOKUPS = 32
_slots = threading.BoundedSemaphore(MAXIMUM_LOOKUPS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a host, numeric: connecting to it asks no resolver again."""

    address: Address
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if self.address.version == 6 else socket.AF_INET

    @property
    def name(self) -> tuple[str, int]:
        return str(self.address), self.port


def endpoints(host: str, port: int, deadline: Deadline) -> list[Endpoint]:
    """In the resolver's order of preference. Raises `OutboundFailed`."""
    answer = _ask(host, port)
    try:
        found = answer.result(timeout=deadline.remaining())
    except TimeoutError:
        raise OutboundFailed(Reason.TIMEOUT) from None
    except (OSError, UnicodeError):
        raise OutboundFailed(Reason.UNKNOWN_HOST) from None
    return [Endpoint(address, port) for address in found]


def _ask(host: str, port: int) -> Future[list[Address]]:
    answer: Future[list[Address]] = Future()
    if not _slots.acquire(blocking=False):
        raise OutboundFailed(Reason.BUSY)

    def wait_for_resolver() -> None:
        try:
            answer.set_result(_resolve(host, port))
        except BaseException as error:  # noqa: BLE001  whoever waits raises it
            answer.set_exception(error)
        finally:
            _slots.release()

    threading.Thread(target=wait_for_resolver, name="outbound-lookup", daemon=True).start()
    return answer


def _resolve(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [ip_address(name[0]) for *_, name in found]
