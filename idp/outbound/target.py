"""A URL, read strictly: what two parsers could read in two ways is refused. Pure.

A fragment is never sent and is dropped; a `request_uri` may carry one (OIDC Core §6.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from idp.outbound.refusal import OutboundRefused, Reason

MAXIMUM_LENGTH = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}
_URL = re.compile(
    r"""
    (?P<scheme>https?)://
    (?P<host> \[ [0-9a-f:.]{2,45} \] | [a-z0-9_.-]{1,253} )   # so no user, no percent, no zone
    (?: : (?P<port>[1-9][0-9]{0,4}) )?
    (?P<path> / [!$-;=@-\[\]-~]* )?      # printable, but not " # < > ? \\ or space
    (?P<query> \? [!$-;=?@-\[\]-~]* )?
    (?: \# [!-~]* )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes and what it asks for there."""

    scheme: str
    host: str
    """Lower case; an IPv6 address without brackets."""
    port: int
    path: str
    query: str
    """With its question mark, or empty."""

    @property
    def is_plain_http(self) -> bool:
        return self.scheme == "http"

    @property
    def authority(self) -> str:
        """Host and port as the `Host` field wants them (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def loggable(self) -> str:
        """Without the query, which may hold what is nobody's business."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read(url: str) -> Target:
    """Raises `OutboundRefused`."""
    match = _URL.fullmatch(url) if len(url) <= MAXIMUM_LENGTH else None
    if match is None:
        raise OutboundRefused(Reason.URL)
    scheme = match["scheme"].lower()
    port = int(match["port"] or DEFAULT_PORTS[scheme])
    if port > 65535:
        raise OutboundRefused(Reason.URL)
    return Target(
        scheme, _host(match["host"].lower()), port, match["path"] or "/", match["query"] or ""
    )


def _host(written: str) -> str:
    try:
        if written.startswith("["):
            return str(IPv6Address(written[1:-1]))
        if _NUMBER.fullmatch(written.rpartition(".")[2]):
            # 127.1, 0x7f.0.0.1 and 2130706433 are addresses to a resolver, but not to a reader.
            return str(IPv4Address(written))
    except AddressValueError:
        raise OutboundRefused(Reason.URL) from None
    if not _NAME.fullmatch(written):
        raise OutboundRefused(Reason.URL)
    return written
