"""What somebody has at hand when an app is to be registered: a URL that fails, the reference of an
error page, a metadata document, an app's address. Each becomes the members of a form; nothing is
registered here.

An address alone is asked for a document of its own; what is built with a framework we know has its
redirect URI at that framework's path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from idp import outbound, strict_json, traces
from idp.clients import document, frameworks
from idp.clients.frameworks import FRAMEWORKS, Framework
from idp.clients.metadata import DEVICE_CODE, Invalid
from idp.clients.templates import Template

LONGEST = 20_000
_REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
OFFERED = ("client_name", "redirect_uris", "post_logout_redirect_uris", "scope")
"""Members that the form for a new app has; everything else is the template's, or is told."""


@dataclass(frozen=True, slots=True)
class Understood:
    """`members`: for the form. `client_id`: of an app that the pasted URL names. `notes`: keys of
    what is to be said about it.
    """

    template: Template
    members: dict[str, Any] = field(default_factory=dict)
    client_id: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """`why`: a key; `detail`: what a document's own judgement says."""

    why: str
    detail: str = ""


def understand(text: str, framework: Framework | None = None) -> Understood | NotUnderstood:
    """What was pasted. Looks for a trace only if it is a reference, and at another host only for an
    address.
    """
    pasted = text.strip()
    if not pasted or len(pasted) > LONGEST:
        return NotUnderstood("nothing" if not pasted else "too-long")
    if reference := _reference_in(pasted):
        return _of_reference(reference)
    if pasted.startswith("{"):
        return _metadata(pasted)
    is_address = pasted.lower().startswith(("https://", "http://"))
    parts = _parts(pasted) if is_address else None
    if parts is None:
        return NotUnderstood("unknown")
    asked = dict(parse_qsl(parts.query))
    if asked.keys() & {"client_id", "redirect_uri"}:
        return _authorization_request(asked)
    return _address(pasted, parts, framework)


def _parts(url: str) -> SplitResult | None:
    """None: it looks like an address, and is none, such as `https://[`."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _reference_in(text: str) -> str | None:
    """Alone, or in the address of a page that explains it."""
    named = text
    if "://" in text:
        parts = _parts(text)
        named = dict(parse_qsl(parts.query)).get("reference", "") if parts else ""
    return named.upper() if _REFERENCE.fullmatch(named.upper()) else None


def _of_reference(reference: str) -> Understood | NotUnderstood:
    """A request that left a trace."""
    failed = traces.of_reference(reference)
    if not failed:
        return NotUnderstood("no-trace")
    named = {"client_id": failed[0].client_id} if failed[0].client_id else {}
    return _authorization_request(dict(failed[0].received) | named)


def _metadata(text: str) -> Understood | NotUnderstood:
    try:
        found = strict_json.parse(text.encode())
    except ValueError:
        return NotUnderstood("not-json")
    return _described(found)


def _described(found: object) -> Understood | NotUnderstood:
    """RFC 7591 §2. Judged by the reader of every document; the form judges the rest."""
    proposed = document.from_document(found)
    if isinstance(proposed, Invalid):
        problems = "; ".join(f"{name} {said}" for name, said in proposed.problems.items())
        return NotUnderstood("refused", problems)
    assert isinstance(found, dict)  # noqa: S101  or it would have been invalid
    members = {name: found[name] for name in OFFERED if found.get(name)}
    left_out = sorted(found.keys() - set(OFFERED) - {"client_id", "client_secret"})
    notes = ("secret-ignored",) if "client_secret" in found else ()
    return Understood(_template(found), members, notes=notes + (("rest",) if left_out else ()))


def _template(found: dict[str, Any]) -> Template:
    grants = found.get("grant_types") or []
    if "client_credentials" in grants and not found.get("redirect_uris"):
        return Template.MACHINE
    if found.get("application_type") == "native" or DEVICE_CODE in grants:
        return Template.NATIVE
    is_public = found.get("token_endpoint_auth_method") == "none"
    return Template.SPA if is_public else Template.WEB


def _authorization_request(asked: dict[str, str]) -> Understood:
    """What the app sends is what it needs registered."""
    uri = asked.get("redirect_uri", "")
    members: dict[str, Any] = {"redirect_uris": [uri] if uri else []}
    if scope := asked.get("scope"):
        members["scope"] = scope
    parts = _parts(uri) if uri.startswith(("http://", "https://")) else None
    if parts and parts.hostname:
        members["client_name"] = parts.hostname
    notes = () if asked.get("code_challenge") else ("without-pkce",)
    return Understood(_kind_of(uri), members, asked.get("client_id"), notes)


def _kind_of(uri: str) -> Template:
    """From an address alone: an app on a device, or one on a server until somebody says else."""
    is_loopback = uri.startswith(("http://127.0.0.1", "http://[::1]"))
    is_own_scheme = bool(uri) and not uri.startswith(("http://", "https://"))
    return Template.NATIVE if is_loopback or is_own_scheme else Template.WEB


def _address(
    url: str, parts: SplitResult, framework: Framework | None
) -> Understood | NotUnderstood:
    """A known framework needs no call; else the address itself is asked for a document."""
    if framework is not None:
        base_url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        uri = frameworks.redirect_uri(framework, base_url)
        members: dict[str, Any] = {"client_name": parts.hostname or ""}
        if uri:
            members["redirect_uris"] = [uri]
        return Understood(FRAMEWORKS[framework].template, members)
    try:
        return _described(outbound.fetch_json(url))
    except outbound.OutboundError:
        return NotUnderstood("not-fetched")
