"""Who may use a client, and what its tokens tell of them."""

from __future__ import annotations

from collections.abc import Iterator

from idp.clients.metadata.proposed import MOST_VALUES, Problem, ProposedClient
from idp.clients.redirect_uri import Deployment

_LONGEST = 128


def lists_are_short(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """What the names mean is not known here."""
    for member, names in (
        ("allowed_groups", proposed.allowed_groups),
        ("id_token_claims", proposed.id_token_claims),
    ):
        is_short = all(0 < len(name) <= _LONGEST and name.isprintable() for name in names)
        if len(names) > MOST_VALUES or len(set(names)) < len(names) or not is_short:
            yield member, f"at most {MOST_VALUES} names of at most {_LONGEST} characters, each once"


def groups_are_of_people(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """A program without users has nobody to admit."""
    if proposed.allowed_groups and set(proposed.grant_types) == {"client_credentials"}:
        yield "allowed_groups", "only for a client that people use"
