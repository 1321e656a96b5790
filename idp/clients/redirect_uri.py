"""Which URIs a client may register, one at a time (RFC 8252 §7, RFC 9700 §2.1). Pure.

Later a request is compared with the registered string byte for byte, so what two parsers could
read in two ways is refused here, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
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


class Fault(Enum):
    """What can be wrong: in words, and what to register instead."""

    LENGTH = f"must have 1 to {LONGEST} characters", "Leave out what varies; use state for it."
    FRAGMENT = (
        "must not have a fragment",
        "Leave out # and what follows. A single-page app takes the answer at a path of its own.",
    )
    WILDCARD = (
        "must not have a wildcard",
        "Register each address, one on each line. What varies between requests belongs into state; "
        "an address for each preview or tenant can be registered by the Admin API or by "
        "idp client import.",
    )
    NOT_ASCII = (
        "must be ASCII; write an international host name in its xn-- form",
        "Browsers show the xn-- form in their developer tools. Escape the path with %XX.",
    )
    CHARACTER = (
        "has a character that no URI may contain",
        "Look for spaces, quotes, angle brackets and backslashes, and escape them with %XX.",
    )
    RELATIVE = (
        "must be absolute, with its scheme in lower case",
        "Write the whole address, beginning with https://.",
    )
    SCHEME = (
        "must be https",
        "Only https:// addresses of the app's own server can be registered; javascript:, data: "
        "and the like would run in the user's browser.",
    )
    PRIVATE_SCHEME = (
        "must be https; a scheme of its own is for apps on a device",
        "If the app is installed on phones or computers, register it as an app on a device.",
    )
    NOT_OF_AN_APP = (
        "must be https, http://127.0.0.1, or a scheme like com.example.app",
        "Use a scheme made of a domain name of yours in reverse order (RFC 8252, section 7.1).",
    )
    NO_HOST = "must name a host", "Write https://, the host, then the path."
    USER = (
        "must not have user information",
        "Leave out what stands before @: it hides the real host, and browsers drop it.",
    )
    HOST = (
        "has a malformed host or port",
        "Labels have letters, digits and hyphens; a port is a number up to 65535.",
    )
    TRAILING_DOT = (
        "must not end its host with a dot",
        "Leave the dot out: app.example. and app.example are different addresses to a browser.",
    )
    NUMBERS = (
        "has a malformed host or port: an IP address in an unusual form",
        "Write the host name; an IPv4 address only as four numbers, like 192.0.2.1.",
    )
    DOTS = (
        "must not have . or .. in its path",
        "Write the path as it is after resolving; browsers would change it on the way.",
    )
    PLAIN_HTTP = (
        "must be https",
        "Over http anybody on the way could read the code. Behind a proxy the app is reached by "
        "https, and has to be told so.",
    )
    PLAIN_LOCALHOST = (
        "must be https; http://localhost is only for development",
        "Register a development app with a provider that runs in development, or an app on a "
        "device, which may use http://127.0.0.1.",
    )
    PLAIN_HTTP_OF_AN_APP = (
        "must be https, except on 127.0.0.1 and [::1]",
        "Use http://127.0.0.1 with a path; any port may be asked for.",
    )
    LOCALHOST = (
        "must be written as http://127.0.0.1 or http://[::1]",
        "The name localhost may lead elsewhere (RFC 8252, section 8.3).",
    )
    NO_PATH = (
        "must have a path after the scheme, like com.example.app:/signed-in",
        "One slash and a path; there is no host.",
    )

    @property
    def says(self) -> str:
        """After the address, as the end of a sentence."""
        return self.value[0]

    @property
    def instead(self) -> str:
        """Sentences of their own."""
        return self.value[1]


Deployment.PUBLIC = Deployment()
Deployment.LOCAL = Deployment(is_local=True)


def problem(uri: str, application_type: str, deployment: Deployment) -> str | None:
    """What is wrong with a redirect URI; None: nothing."""
    wrong = fault(uri, application_type, deployment)
    return wrong.says if wrong else None


def fault(uri: str, application_type: str, deployment: Deployment) -> Fault | None:
    """The same with what to register instead. The one rule that every door asks."""
    if wrong := _character_fault(uri):
        return wrong
    parts = _SCHEME.fullmatch(uri)
    if parts is None:
        return Fault.RELATIVE
    scheme, rest = parts.groups()
    if scheme in {"https", "http"}:
        return _web_fault(scheme, rest, application_type, deployment)
    if application_type == "native" and _PRIVATE_SCHEME.fullmatch(scheme):
        return _private_use_fault(rest)
    if application_type == "native":
        return Fault.NOT_OF_AN_APP
    return Fault.PRIVATE_SCHEME if _PRIVATE_SCHEME.fullmatch(scheme) else Fault.SCHEME


def web_problem(uri: str, deployment: Deployment) -> str | None:
    """The same for every other URI of a client: logo, terms, keys."""
    return problem(uri, "web", deployment)


def _character_fault(uri: str) -> Fault | None:
    if not 1 <= len(uri) <= LONGEST:
        return Fault.LENGTH
    if "#" in uri:
        return Fault.FRAGMENT
    if "*" in uri:
        return Fault.WILDCARD
    if not uri.isascii():
        return Fault.NOT_ASCII
    if not _ALLOWED.fullmatch(uri) or _ESCAPES.search(uri) or _HIDDEN.search(uri):
        return Fault.CHARACTER
    return None


def _web_fault(
    scheme: str, rest: str, application_type: str, deployment: Deployment
) -> Fault | None:
    parts = _HIERARCHY.fullmatch(rest)
    if parts is None:
        return Fault.NO_HOST
    authority, path = parts.group(1), parts.group(2) or ""
    if "@" in authority:
        return Fault.USER
    place = _AUTHORITY.fullmatch(authority)
    if place is None or not _is_port(place.group(2)):
        return Fault.HOST
    host = place.group(1)
    wrong = _host_fault(host) or (Fault.DOTS if _leaves_its_path(path) else None)
    if wrong or scheme != "http":
        return wrong
    return _plain_http_fault(host, application_type, deployment)


def _plain_http_fault(host: str, application_type: str, deployment: Deployment) -> Fault | None:
    if deployment.is_local and host in _LOOPBACK | {"localhost"}:
        return None
    if application_type != "native":
        return Fault.PLAIN_LOCALHOST if host in _LOOPBACK | {"localhost"} else Fault.PLAIN_HTTP
    if host == "localhost":
        # Any program may listen there under a changed hosts file (RFC 8252 §8.3).
        return Fault.LOCALHOST
    return None if host in _LOOPBACK else Fault.PLAIN_HTTP_OF_AN_APP


def _private_use_fault(rest: str) -> Fault | None:
    authority, _, path = rest.removeprefix("//").partition("/")
    if not rest.startswith("/"):
        return Fault.NO_PATH
    if rest.startswith("//") and "@" in authority:
        return Fault.USER
    return Fault.DOTS if _leaves_its_path("/" + path) else None


def _host_fault(host: str) -> Fault | None:
    """Which of the ways to write a host badly it is."""
    if _is_host(host):
        return None
    last = host.rpartition(".")[2]
    if host.endswith("."):
        return Fault.TRAILING_DOT
    if host.startswith("[") or last.isdigit() or last[:2].lower() == "0x":
        return Fault.NUMBERS
    return Fault.HOST


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
