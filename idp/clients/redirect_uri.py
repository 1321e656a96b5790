"""Which URIs a client may register, one at a time (RFC 8252 §7, RFC 9700 §2.1). Pure.

Later a request is compared with the registered string byte for byte, so what two parsers could
read in two ways is refused here, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import ClassVar

LONGEST = 2_000

_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+")
"""RFC 3986 §2, without `#` and `*`."""
_ESCAPES = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HIDDEN = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff]|5[Cc])")
"""Control characters and the backslash, escaped."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+")
_HIERARCHY = re.compile(r"//([^/?]*)(/[^?]*)?(?:\?.*)?")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")

_LOOPBACK = {"127.0.0.1", "[::1]"}


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the provider runs and what it offers, as far as it decides what may be registered."""

    is_local: bool = False
    """Everything on one developer's machine: `http://localhost` is a client like any other."""
    has_front_channel: bool = False
    """ID tokens and access tokens may come by the browser (OIDC Core §3.2, §3.3)."""

    PUBLIC: ClassVar[Deployment]
    LOCAL: ClassVar[Deployment]


Deployment.PUBLIC = Deployment()
Deployment.LOCAL = Deployment(is_local=True)


def problem(uri: str, application_type: str, deployment: Deployment) -> str | None:
    """What is wrong with a redirect URI; None: nothing."""
    if wrong := _character_problem(uri):
        return wrong
    parts = _SCHEME.fullmatch(uri)
    if parts is None:
        return "must be absolute, with its scheme in lower case"
    scheme, rest = parts.groups()
    if scheme in {"https", "http"}:
        return _web_problem(scheme, rest, application_type, deployment)
    if application_type == "native" and _PRIVATE_SCHEME.fullmatch(scheme):
        return _private_use_problem(rest)
    if application_type == "native":
        return "must be https, http://127.0.0.1, or a scheme like com.example.app"
    return "must be https"


def web_problem(uri: str, deployment: Deployment) -> str | None:
    """The same for every other URI of a client: logo, terms, keys."""
    return problem(uri, "web", deployment)


def _character_problem(uri: str) -> str | None:
    if not 1 <= len(uri) <= LONGEST:
        return f"must have 1 to {LONGEST} characters"
    if "#" in uri:
        return "must not have a fragment"
    if "*" in uri:
        return "must not have a wildcard"
    if not uri.isascii():
        return "must be ASCII; write an international host name in its xn-- form"
    if not _ALLOWED.fullmatch(uri) or _ESCAPES.search(uri) or _HIDDEN.search(uri):
        return "has a character that no URI may contain"
    return None


def _web_problem(
    scheme: str, rest: str, application_type: str, deployment: Deployment
) -> str | None:
    parts = _HIERARCHY.fullmatch(rest)
    if parts is None:
        return "must name a host"
    authority, path = parts.group(1), parts.group(2) or ""
    if "@" in authority:
        return "must not have user information"
    place = _AUTHORITY.fullmatch(authority)
    if place is None or not _is_host(place.group(1)) or not _is_port(place.group(2)):
        return "has a malformed host or port"
    if _leaves_its_path(path):
        return "must not have . or .. in its path"
    if scheme == "http":
        return _plain_http_problem(place.group(1), application_type, deployment)
    return None


def _plain_http_problem(host: str, application_type: str, deployment: Deployment) -> str | None:
    if deployment.is_local and host in _LOOPBACK | {"localhost"}:
        return None
    if application_type != "native":
        return "must be https"
    if host == "localhost":
        # Any program may listen there under a changed hosts file (RFC 8252 §8.3).
        return "must be written as http://127.0.0.1 or http://[::1]"
    return None if host in _LOOPBACK else "must be https, except on 127.0.0.1 and [::1]"


def _private_use_problem(rest: str) -> str | None:
    authority, _, path = rest.removeprefix("//").partition("/")
    if not rest.startswith("/"):
        return "must have a path after the scheme, like com.example.app:/signed-in"
    if rest.startswith("//") and "@" in authority:
        return "must not have user information"
    return "must not have . or .. in its path" if _leaves_its_path("/" + path) else None


def _is_host(host: str) -> bool:
    try:
        if host.startswith("["):
            return bool(IPv6Address(host[1:-1]))
        if host.rpartition(".")[2].isdigit() or re.fullmatch(r"0[xX].*", host.rpartition(".")[2]):
            # Browsers read these as IPv4, also when shortened; only the plain form is unambiguous.
            return str(IPv4Address(host)) == host
    except AddressValueError:
        return False
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _is_port(port: str | None) -> bool:
    return port is None or 1 <= int(port) <= 65_535


def _leaves_its_path(path: str) -> bool:
    segments = path.partition("?")[0].lower().replace("%2e", ".").replace("%2f", "/").split("/")
    return any(segment.partition(";")[0] in {".", ".."} for segment in segments)


# --- for people who compare -----------------------------------------------------------------------


def nearest(registered: Iterable[str], uri: str) -> str | None:
    """Of the registered ones the one that was probably meant."""
    return max(registered, key=lambda known: _likeness(known, uri), default=None)


def difference(known: str, uri: str) -> str:
    """In words, for what goes wrong most. Tells nothing else about the registered address."""
    if known.rstrip("/") == uri.rstrip("/"):
        return "differs by a slash at the end"
    if known.partition(":")[2] == uri.partition(":")[2]:
        return "differs by http and https"
    if known.lower() == uri.lower():
        return "differs by capital letters"
    if known.partition("?")[0] == uri.partition("?")[0]:
        return "differs after the question mark"
    if known.split("/")[2:3] == uri.split("/")[2:3]:
        return "differs in its path"
    return "differs in its host or port"


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other[:LONGEST]).ratio()
