"""A change of an app before it is made: which of its last requests would have failed or asked for
more, and how many people lack what it would ask.
"""

from __future__ import annotations

from collections import defaultdict

from pydantic import Field

from idp import traces
from idp.accounts import affected
from idp.accounts.permissions import Permission
from idp.clients.as_if import as_if
from idp.oauth import rehearsal
from idp.oauth.rehearsal import Foreseen, Outcome
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients import metadata
from idp.web.api.clients.metadata import ClientMetadata
from idp.web.api.clients.show import changeable
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Kind

_REPLAYED, _EXAMPLES = 200, 3


class ProposedClient(Model):
    """An app as it might be."""

    metadata: ClientMetadata


class Consequence(Model):
    """What would have become of some requests."""

    outcome: Outcome
    detail: str = Field(description="The value it turns on.")
    count: int
    references: list[str] = Field(description="Of some of them.")


class Preview(Model):
    """What a change would mean."""

    replayed: int = Field(description="Requests that were looked at.")
    consequences: list[Consequence]
    people: int = Field(description="Who use it.")
    without_second_factor: int
    without_passkey: int


@operation(
    "POST", "/clients/<path:client_id>/preview", Permission.OWN_CLIENT_WRITE, body=ProposedClient,
    answer=Preview, refuses=(Kind.OUT_OF_REACH,), reach=Reach.THIS_CLIENT,
)  # fmt: skip
def preview_client(client_id: str, given: ProposedClient) -> Answer:
    """Say what a change of an app would mean, and change nothing."""
    before = changeable(client_id)
    after = as_if(before, metadata.proposed(given.metadata))
    kept = traces.latest_of(before.client_id, _REPLAYED)
    people = affected.by_client(before.client_id)
    shown = Preview(
        replayed=len(kept),
        consequences=_consequences(rehearsal.rehearse(kept, before, after)),
        people=people.people,
        without_second_factor=people.without_second_factor,
        without_passkey=people.without_passkey,
    )
    return Answer(shown)


def _consequences(foreseen: list[Foreseen]) -> list[Consequence]:
    found: dict[tuple[Outcome, str], list[Foreseen]] = defaultdict(list)
    for one in foreseen:
        found[one.outcome, one.detail].append(one)
    return [
        Consequence(
            outcome=outcome,
            detail=detail,
            count=len(ones),
            references=[one.trace.reference for one in ones[:_EXAMPLES]],
        )
        for (outcome, detail), ones in found.items()
    ]
