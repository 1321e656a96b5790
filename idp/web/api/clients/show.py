"""One app: how it is registered, its secrets but for what they are, and what is risky about it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp import audit
from idp.accounts.permissions import Permission
from idp.audit.catalogue import AdministrationRefused
from idp.clients import administration, listing, register, registry, secret_use, snippets
from idp.clients.registered import RegisteredClient
from idp.doctor import clients as doctor
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients.metadata import ClientMetadata, shown
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused


class Secret(Model):
    """One of its secrets that is still good; nobody can read it."""

    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = Field(None, description="To the minute.")
    last_used_from: str | None = None
    newest: bool = Field(description="The one that is to be used.")


class Client(Model):
    """An app."""

    client_id: str
    metadata: ClientMetadata
    enabled: bool
    self_registered: bool
    created_at: datetime
    disabled_at: datetime | None = None
    last_used_at: datetime | None = None
    secrets: list[Secret]
    warnings: list[str]


class ClientWithSecret(Client):
    """The same with a secret that was just made."""

    client_secret: str | None = Field(
        None, description="Shown this once: only a digest is kept. None, if it has no use for one."
    )
    environment: str = Field(description="An `.env` file, with the secret if it is new.")


@operation(
    "GET", "/clients/<path:client_id>", Permission.CLIENTS_READ, answer=Client,
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
def read_client(client_id: str) -> Answer:
    """An app as it is registered.

    The `ETag` names the state of its `metadata`.
    """
    found = existing(client_id)
    return Answer(Client(**members(found)), version=register.version_of(found))


def existing(client_id: str) -> RegisteredClient:
    """As the database has it now, also a disabled one."""
    client = registry.read(client_id)
    if client is None:
        raise Refused(Kind.NOT_FOUND)
    return client


def changeable(client_id: str) -> RegisteredClient:
    """The same for a caller who may change it."""
    client = existing(client_id)
    if administration.is_out_of_reach(client):
        asked = AdministrationRefused(client_id=client_id, permission=Permission.ROLES_WRITE)
        audit.record(asked)
        raise Refused(Kind.OUT_OF_REACH, "This client may administer.")
    return client


def with_secret(client: RegisteredClient, secret: str | None) -> ClientWithSecret:
    """For the one answer that may show it."""
    environment = snippets.environment(client, secret)
    return ClientWithSecret(**members(client), client_secret=secret, environment=environment)


def members(client: RegisteredClient) -> dict[str, object]:
    """Of `Client`."""
    return {
        "client_id": client.client_id,
        "metadata": shown(client),
        "enabled": client.is_enabled,
        "self_registered": client.is_self_registered,
        "created_at": client.created_at,
        "disabled_at": client.disabled_at,
        "last_used_at": listing.last_used(client.client_id),
        "secrets": [_secret(one) for one in secret_use.of_client(client.client_id)],
        "warnings": [finding.says for finding in doctor.warnings(client)],
    }


def _secret(one: secret_use.SecretUse) -> Secret:
    return Secret(
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        last_used_from=one.last_used_from,
        newest=one.is_newest,
    )
