"""What is done to an app, each time for a reason: disable, enable, delete, and its secrets."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from idp.accounts.permissions import Permission
from idp.clients import register, registry
from idp.clients.register import Outdated
from idp.web.access import Reach
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.clients.show import ClientWithSecret, changeable, existing, with_secret
from idp.web.api.model import Because, Changed, Nothing
from idp.web.api.operation import Wants, operation
from idp.web.problems import Kind, Refused

WRITES, CHANGES = Permission.CLIENTS_WRITE, Permission.OWN_CLIENT_WRITE
_LONGEST_OVERLAP = 24 * 60 * 60


class NewSecret(Because):
    """A secret beside the one that it has."""

    overlap: int = Field(
        _LONGEST_OVERLAP,
        ge=0,
        le=_LONGEST_OVERLAP,
        description="Seconds for which the old one stays good.",
    )


@operation("POST", "/clients/<path:client_id>/disable", WRITES, body=Because, answer=Changed)
def disable_client(client_id: str, given: Because) -> Answer:
    """Refuse an app until it is enabled; everything that it was given ends."""
    found = existing(client_id)
    return Answer(Changed(changed=register.disable(found.client_id, reason=given.reason)))


@operation(
    "POST", "/clients/<path:client_id>/enable", WRITES, body=Because, answer=Changed,
    refuses=(Kind.OUT_OF_REACH,),
)  # fmt: skip
def enable_client(client_id: str, given: Because) -> Answer:
    """Let a disabled app in again; nothing that ended comes back."""
    found = changeable(client_id)
    return Answer(Changed(changed=register.enable(found.client_id, reason=given.reason)))


@operation(
    "POST", "/clients/<path:client_id>/delete", WRITES, body=Because, answer=Nothing,
    wants=(Wants.VERSION,), refuses=(Kind.OUT_OF_REACH,),
)  # fmt: skip
def delete_client(client_id: str, given: Because) -> Answer:
    """Forget an app with its secrets and its users' consent. This cannot be taken back."""
    found = changeable(client_id)
    match register.remove_as_seen(found.client_id, reading.version(), reason=given.reason):
        case Outdated():
            raise Refused(Kind.OUTDATED)
        case False:
            raise Refused(Kind.NOT_FOUND)
    return Answer(Nothing())


@operation(
    "POST", "/clients/<path:client_id>/secrets", CHANGES, body=NewSecret, answer=ClientWithSecret,
    status=201, wants=(Wants.KEY,), refuses=(Kind.OUT_OF_REACH, Kind.CONFLICT),
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
def rotate_secret(client_id: str, given: NewSecret) -> Answer:
    """Give an app a new secret, shown in this answer only."""
    found = changeable(client_id)
    overlap = timedelta(seconds=given.overlap)
    new = register.rotate_secret(found.client_id, overlap, reason=given.reason)
    now = registry.read(found.client_id)
    if new is None or now is None:
        raise Refused(Kind.CONFLICT, "This client proves itself without a secret.")
    return Answer(with_secret(now, new), version=register.version_of(now))


@operation(
    "POST", "/clients/<path:client_id>/secrets/end-old", CHANGES, body=Because, answer=Changed,
    refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def end_old_secret(client_id: str, given: Because) -> Answer:
    """End at once what a new secret has left good for a while."""
    found = changeable(client_id)
    return Answer(Changed(changed=register.revoke_old_secret(found.client_id, reason=given.reason)))
