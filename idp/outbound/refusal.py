"""Why a call to another host did not end well, in words that logs and counters share."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Refused ones first: there nothing was sent."""

    URL = "url"
    """Not an absolute http(s) URL of the plain kind."""
    SCHEME = "scheme"
    PORT = "port"
    ADDRESS = "address"
    """A special-use address."""

    BUSY = "busy"
    """Too many calls are waiting for other hosts already."""
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TLS = "tls"
    TIMEOUT = "timeout"
    MALFORMED = "malformed"
    """Not HTTP, or cut off."""
    TOO_LARGE = "too_large"
    ENCODED = "encoded"
    """Compressed, although that was not asked for."""
    REDIRECT = "redirect"
    STATUS = "status"
    NOT_JSON = "not_json"


class OutboundError(Exception):
    """The call did not end well."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


class OutboundRefused(OutboundError):
    """Our rules forbid the URL or where it leads; nothing was sent, and trying again is useless."""


class OutboundFailed(OutboundError):
    """The other side did not answer as it should; later it might."""
