"""The list of apps, searched and narrowed, a page at a time."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts.permissions import Permission
from idp.clients import listing, registry
from idp.clients.listing import Listed, Only
from idp.doctor import clients as doctor
from idp.web.api.answering import Answer
from idp.web.api.model import Listing, Model, Page
from idp.web.api.operation import operation


class WantedClients(Listing):
    """Which apps."""

    q: str = Field(
        "", max_length=100, description="A part of the name, or how the client_id begins."
    )
    only: Only | None = Field(None, description="Those that need a look.")


class ClientSummary(Model):
    """An app in a list."""

    client_id: str
    client_name: str
    enabled: bool
    self_registered: bool
    created_at: datetime
    last_used_at: datetime | None = Field(None, description="As long as the audit log remembers.")
    warnings: list[str] = Field(description="What is risky about it.")


class ClientList(Page[ClientSummary]):
    """Apps."""


@operation("GET", "/clients", Permission.CLIENTS_READ, query=WantedClients, answer=ClientList)
def list_clients(asked: WantedClients) -> Answer:
    """Apps, the newest first."""
    found = listing.search(asked.q.strip(), asked.only, before=asked.cursor, size=asked.limit)
    items = [summary for one in found.clients if (summary := _summary(one))]
    return Answer(ClientList(items=items, next=found.before))


def _summary(listed: Listed) -> ClientSummary | None:
    """None: it was deleted a moment ago."""
    client = registry.find(listed.client_id)
    if client is None:
        return None
    return ClientSummary(
        client_id=client.client_id,
        client_name=client.client_name,
        enabled=client.is_enabled,
        self_registered=client.is_self_registered,
        created_at=client.created_at,
        last_used_at=listed.last_used_at,
        warnings=[finding.says for finding in doctor.warnings(client)],
    )
