"""The four kinds of client, as a start for a registration."""

from __future__ import annotations

from enum import StrEnum

from idp.clients.metadata import DEVICE_CODE, STANDARD_SCOPE, ProposedClient
from idp.clients.registered import RegisteredClient

_FOR_PEOPLE = ("authorization_code", "refresh_token")


class Template(StrEnum):
    """What sort of program it is."""

    WEB = "web"
    """Runs on a server and can keep a secret."""
    SPA = "spa"
    """Runs in the browser: whatever it is given, its user can read."""
    NATIVE = "native"
    """Is installed on a device (RFC 8252)."""
    MACHINE = "machine"
    """Acts for itself; no user is there."""


def propose(template: Template, client_name: str) -> ProposedClient:
    """A client of this kind. What it lacks, above all redirect URIs, is for the caller to add."""
    match template:
        case Template.WEB:
            return ProposedClient(client_name=client_name, grant_types=_FOR_PEOPLE)
        case Template.SPA:
            return _public(client_name, "web", _FOR_PEOPLE)
        case Template.NATIVE:
            return _public(client_name, "native", (*_FOR_PEOPLE, DEVICE_CODE))
        case Template.MACHINE:
            return ProposedClient(
                client_name=client_name,
                grant_types=("client_credentials",),
                response_types=(),
                scope="",
            )


def closest(client: RegisteredClient) -> Template:
    """The template that comes closest to how it is registered now."""
    if not client.redirect_uris and "client_credentials" in client.grant_types:
        return Template.MACHINE
    if client.application_type == "native":
        return Template.NATIVE
    return Template.SPA if client.is_public else Template.WEB


def _public(client_name: str, application_type: str, grants: tuple[str, ...]) -> ProposedClient:
    return ProposedClient(
        client_name=client_name,
        application_type=application_type,
        token_endpoint_auth_method="none",  # noqa: S106  a method, no secret
        grant_types=grants,
        scope=STANDARD_SCOPE,
    )
