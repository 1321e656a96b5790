"""Registered clients: waivers, plain http, secrets that end, and ones nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from idp import clock
from idp.clients import administration, registry
from idp.clients.metadata.administration import scopes_in
from idp.clients.registered import RegisteredClient
from idp.doctor.finding import Finding
from idp.extensions import db
from idp.models import TokenFamily

UNUSED_AFTER = timedelta(days=90)
SECRET_ENDS_WITHIN = timedelta(days=14)


def look() -> Iterator[Finding]:
    """One finding per client and reason."""
    everyone = [client for client in registry.everyone() if client.is_enabled]
    last_used = _last_used()
    for client in everyone:
        yield from warnings(client)
        if _is_unused(client, last_used):
            yield Finding.warning(
                f"{_named(client)}: no user has signed in for {UNUSED_AFTER.days} days",
                f"if nobody needs it: flask --app wsgi idp client disable {client.client_id}",
            )
    yield Finding.ok(f"{len(everyone)} clients")


def warnings(client: RegisteredClient) -> Iterator[Finding]:
    """What its registration alone tells."""
    yield from _risks(client)
    yield from _secrets(client)


def _risks(client: RegisteredClient) -> Iterator[Finding]:
    if administration.administers(client):
        scopes = " ".join(sorted(scopes_in(client.scopes)))
        yield Finding.warning(
            f"{_named(client)}: may administer this provider: {scopes}",
            "keep its secret as you would an owner's password, and its scopes to what it uses; if"
            f" nobody needs it: flask --app wsgi idp client disable {client.client_id}",
        )
    if client.pkce_waived:
        yield Finding.warning(
            f"{_named(client)}: may do without PKCE",
            "update its library, then import it with pkce_waived false",
        )
    plain = [uri for uri in client.redirect_uris if uri.startswith("http://localhost")]
    if plain:
        yield Finding.warning(
            f"{_named(client)}: http redirect URIs: {' '.join(plain)}",
            "on a developer's machine that is fine; elsewhere register https",
        )
    if client.trusted and client.is_self_registered:
        yield Finding.warning(
            f"{_named(client)}: registered itself and asks nobody for consent",
            "take trusted out of its registration",
        )


def _secrets(client: RegisteredClient) -> Iterator[Finding]:
    now = clock.now()
    ends = [secret.expires_at for secret in client.secrets]
    lasting = [end for end in ends if end is None or end > now + SECRET_ENDS_WITHIN]
    if ends and not lasting:
        yield Finding.warning(
            f"{_named(client)}: its secret ends soon, or has ended",
            f"run: flask --app wsgi idp client rotate-secret {client.client_id}",
        )


def _is_unused(client: RegisteredClient, last_used: Mapping[str, datetime]) -> bool:
    is_old = clock.now() - client.created_at > UNUSED_AFTER
    signs_people_in = "authorization_code" in client.grant_types
    return is_old and signs_people_in and client.client_id not in last_used


def _last_used() -> dict[str, datetime]:
    recent = TokenFamily.created_at > clock.now() - UNUSED_AFTER
    latest = select(TokenFamily.client_id, func.max(TokenFamily.created_at)).where(recent)
    rows = db.session.execute(latest.group_by(TokenFamily.client_id))
    return {row[0]: row[1] for row in rows}


def _named(client: RegisteredClient) -> str:
    return f"{client.client_name} ({client.client_id})"
