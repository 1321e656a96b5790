"""Apps that the token's user looks after, whatever their role."""

from __future__ import annotations

from idp.accounts import app_people
from idp.accounts.permissions import Permission
from idp.models import Standing
from idp.web import bearer
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.model import Model
from idp.web.api.operation import operation


class OwnClient(Model):
    """One of them, and what the user is to it."""

    client_id: str
    client_name: str
    standing: Standing


class OwnClientList(Model):
    """Apps, by name."""

    items: list[OwnClient]


@operation(
    "GET", "/own-clients", Permission.CLIENTS_READ, answer=OwnClientList,
    reach=Reach.THEIR_CLIENTS,
)  # fmt: skip
def list_own_clients() -> Answer:
    """Apps that the token's user looks after. A program that acts for itself has none."""
    user = bearer.caller().user
    items = [
        OwnClient(client_id=one.client_id, client_name=one.name, standing=one.standing)
        for one in (app_people.apps_of(user.id) if user else ())
    ]
    return Answer(OwnClientList(items=items))
