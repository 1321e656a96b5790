"""One application against one redirect URI: would a sign-in come back?"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from config import Environment
from idp.clients import redirect_uri, registry
from idp.clients.redirect_uri import Deployment
from idp.clients.registered import RegisteredClient
from idp.doctor.finding import Finding
from idp.extensions import settings


def look(client_id: str, uri: str | None) -> Iterator[Finding]:
    """The client itself, then the URI byte for byte, as a request is judged."""
    client = registry.find(client_id)
    if client is None:
        yield Finding.error(
            f"no client is called {client_id!r}", "see: flask --app wsgi idp client list"
        )
        return
    if not client.is_enabled:
        yield Finding.error(
            f"{client.client_name} is disabled",
            f"run: flask --app wsgi idp client enable {client_id}",
        )
    else:
        yield Finding.ok(f"{client.client_name} is registered and enabled")
    if uri is not None:
        yield _judged(client, uri)


def _judged(client: RegisteredClient, uri: str) -> Finding:
    if uri in client.redirect_uris:
        return Finding.ok("the redirect URI is registered, byte for byte")
    deployment = Deployment(is_local=settings().environment is not Environment.PRODUCTION)
    if wrong := redirect_uri.problem(uri, client.application_type, deployment):
        return Finding.error(f"the redirect URI {wrong}", "let the app use another one")
    nearest = max(client.redirect_uris, key=lambda known: _likeness(known, uri), default=None)
    hint = f"; the nearest registered one is {nearest} ({_difference(nearest, uri)})"
    return Finding.error(
        f"{uri} is not registered{hint if nearest else ''}",
        "register exactly this URI, or let the app send a registered one",
    )


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _difference(known: str | None, uri: str) -> str:
    """In words, for what goes wrong most."""
    known = known or ""
    if known.rstrip("/") == uri.rstrip("/"):
        return "differs by a slash at the end"
    if known.partition(":")[2] == uri.partition(":")[2]:
        return "differs by http and https"
    if known.lower() == uri.lower():
        return "differs by capital letters"
    if known.partition("?")[0] == uri.partition("?")[0]:
        return "differs after the question mark"
    return "differs in host or path"
