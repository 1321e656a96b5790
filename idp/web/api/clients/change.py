"""A new app, and changes to one. Of two editors the second is told, and nothing is lost."""

from __future__ import annotations

from pydantic import Field

from idp.accounts.permissions import Permission
from idp.clients import register
from idp.clients.metadata import Invalid
from idp.clients.register import Outdated, Registered
from idp.clients.templates import Template
from idp.web.access import Reach
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.clients import metadata
from idp.web.api.clients.metadata import ClientMetadata
from idp.web.api.clients.show import ClientWithSecret, changeable, with_secret
from idp.web.api.model import Because, Model, Reason
from idp.web.api.operation import Wants, blueprint, operation
from idp.web.problems import Kind, Refused

WRITES, CHANGES = Permission.CLIENTS_WRITE, Permission.OWN_CLIENT_WRITE


class CheckedClient(Model):
    """An app that might be registered."""

    template: Template | None = Field(
        None, description="What sort of program it is: decides what `metadata` leaves open."
    )
    metadata: ClientMetadata


class NewClient(Because, CheckedClient):
    """An app to be registered."""


class ChangedClient(Model):
    """An app as it shall be: what is left out falls back to its default."""

    metadata: ClientMetadata
    reason: Reason


class Judgement(Model):
    """An app that could be registered."""

    metadata_accepted: bool = True


@operation(
    "POST", "/clients", WRITES, body=NewClient, answer=ClientWithSecret, status=201,
    wants=(Wants.KEY,),
)  # fmt: skip
def create_client(given: NewClient) -> Answer:
    """Register an app.

    A secret, if it has one, is in this answer and nowhere else.
    """
    registered = register.register(metadata.proposed(given.metadata, given.template))
    if isinstance(registered, Invalid):
        metadata.refuse(registered)
    client_id = registered.client.client_id
    return _answer(registered, location=f"{blueprint.url_prefix}/clients/{client_id}")


@operation("POST", "/client-checks", WRITES, body=CheckedClient, answer=Judgement)
def check_client(given: CheckedClient) -> Answer:
    """Judge an app as if it were to be registered, and register nothing.

    What is wrong with it is told as it would be then.
    """
    invalid = register.judge(metadata.proposed(given.metadata, given.template))
    if invalid is not None:
        metadata.refuse(invalid)
    return Answer(Judgement())


@operation(
    "PUT", "/clients/<path:client_id>", CHANGES, body=ChangedClient, answer=ClientWithSecret,
    wants=(Wants.VERSION,), refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def replace_client(client_id: str, given: ChangedClient) -> Answer:
    """Put new metadata in the place of the old.

    Whoever looks after the app and has no role that would do changes it within limits.
    """
    found = changeable(client_id)
    proposed = metadata.proposed(given.metadata)
    match register.change(found.client_id, reading.version(), proposed, reason=given.reason):
        case Invalid() as invalid:
            metadata.refuse(invalid)
        case Outdated():
            raise Refused(Kind.OUTDATED)
        case Registered() as registered:
            return _answer(registered)
    raise Refused(Kind.NOT_FOUND)


def _answer(registered: Registered, location: str | None = None) -> Answer:
    client = registered.client
    shown = with_secret(client, registered.client_secret)
    return Answer(shown, version=register.version_of(client), location=location)
