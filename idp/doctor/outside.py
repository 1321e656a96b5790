"""What a stranger sees at the public address: the same documents, and pages that protect people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from idp.doctor.finding import Finding
from idp.extensions import settings
from idp.oauth import server
from idp.outbound import OutboundError
from idp.outbound.door import Door
from idp.signing import keystore

DISCOVERY = "/.well-known/openid-configuration"
_UNREACHABLE = (
    "start the server; if it runs, see whether the name leads to the proxy, the proxy here, and "
    "whether this machine trusts the certificate (IDP_OUTBOUND_CA_FILE)"
)


def look() -> Iterator[Finding]:
    """Discovery, keys and the first page, fetched over the issuer's own address."""
    issuer = settings().issuer
    door = Door.built((urlsplit(issuer).hostname or "",), settings().outbound_ca_file)
    try:
        seen = door.fetch_json(issuer + DISCOVERY, "application/json")
        keys = door.fetch_json(server.metadata()["jwks_uri"], "application/json")
        headers = door.headers(issuer + "/")
    except OutboundError as error:
        yield Finding.error(f"{issuer} cannot be reached ({error.reason.value})", _UNREACHABLE)
        return
    yield from _same_document(seen)
    yield from _same_keys(keys)
    yield from _protections(headers)


def _same_document(seen: Any) -> Iterator[Finding]:  # noqa: ANN401  whatever answered
    ours = server.metadata()
    found = seen if isinstance(seen, dict) else {}
    different = sorted(name for name in ours | found if ours.get(name) != found.get(name))
    if different:
        yield Finding.error(
            f"discovery says something else there: {', '.join(different)}",
            "another deployment answers, or runs with other settings than this command",
        )
    else:
        yield Finding.ok(f"{settings().issuer} shows this deployment's discovery")


def _same_keys(seen: Any) -> Iterator[Finding]:  # noqa: ANN401
    keys = seen.get("keys", []) if isinstance(seen, dict) else []
    theirs = {key.get("kid") for key in keys if isinstance(key, dict)}
    ours = {key.kid for key in keystore.public_set()}
    if ours - theirs:
        yield Finding.error(
            "keys that sign here are not published there",
            "a cache in front serves an old key set; let it honour Cache-Control",
        )


def _protections(headers: list[tuple[str, str]]) -> Iterator[Finding]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    if "default-src 'none'" not in "".join(values.get("content-security-policy", [])):
        yield Finding.error(
            "pages arrive without their Content-Security-Policy",
            "let the proxy pass it on, and add none of its own",
        )
    if settings().is_https and "strict-transport-security" not in values:
        yield Finding.error(
            "pages arrive without Strict-Transport-Security", "let the proxy pass it on"
        )
    for cookie in values.get("set-cookie", []):
        yield from _cookie(cookie)


def _cookie(line: str) -> Iterator[Finding]:
    name = line.partition("=")[0]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    wanted = {"httponly", "samesite=lax"} | ({"secure"} if settings().is_https else set())
    if missing := wanted - attributes:
        yield Finding.error(
            f"the cookie {name} arrives without {', '.join(sorted(missing))}",
            "a proxy rewrites cookies; let it pass them on as they are",
        )
