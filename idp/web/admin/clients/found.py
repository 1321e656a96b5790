"""The client that an address of the administration names, and what a page shows of it."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from werkzeug.exceptions import NotFound

from idp.clients import registry, templates
from idp.clients.registered import RegisteredClient
from idp.clients.templates import Template
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.oauth import trial
from idp.web.pages import see_other

KINDS = {
    Template.WEB: gettext_noop("App on a server"),
    Template.SPA: gettext_noop("App in the browser"),
    Template.NATIVE: gettext_noop("App on a device"),
    Template.MACHINE: gettext_noop("Program without users"),
}


def existing(client_id: str) -> RegisteredClient:
    """As it is now, also a disabled one."""
    client = registry.find(client_id)
    if client is None:
        raise NotFound
    return client


def existing_now(client_id: str) -> RegisteredClient:
    """The same past the cache, for whoever is about to change it."""
    client = registry.read(client_id)
    if client is None:
        raise NotFound
    return client


def card(client: RegisteredClient) -> dict[str, Any]:
    """Its head on every page."""
    return {
        "client_id": client.client_id,
        "name": client.client_name,
        "host": client.host,
        "kind": kind(client),
        "is_enabled": client.is_enabled,
        "is_self_registered": client.is_self_registered,
        "uses_secret": client.uses_secret,
        "is_tryable": trial.is_possible(client),
        "url": url_for("admin.client", client_id=client.client_id),
    }


def kind(client: RegisteredClient) -> str:
    """In words, by the template that comes closest."""
    return _(KINDS[templates.closest(client)])


def to_client(client_id: str, notice: str | None = None) -> Response:
    """Back to its page."""
    return see_other(url_for("admin.client", client_id=client_id, notice=notice))
