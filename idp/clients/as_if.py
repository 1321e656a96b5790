"""A client as it would be after a change that nobody has saved."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from config import SecondFactorPolicy
from idp.clients.metadata import ProposedClient
from idp.clients.registered import RegisteredClient


def as_if(client: RegisteredClient, proposed: ProposedClient) -> RegisteredClient:
    """The registered one with the proposed members; its identity and secrets stay."""
    known = {field.name for field in fields(client)}
    same: dict[str, Any] = {
        field.name: _like(getattr(client, field.name), getattr(proposed, field.name))
        for field in fields(proposed)
        if field.name in known
    }
    policy = proposed.second_factor_policy
    return replace(
        client,
        **same
        | {
            "scopes": frozenset(proposed.scope.split()),
            "rotate_refresh_tokens": proposed.rotates_refresh_tokens,
            "second_factor_policy": SecondFactorPolicy(policy) if policy else None,
        },
    )


def _like(registered: object, wanted: object) -> object:
    return frozenset(wanted) if isinstance(registered, frozenset) else wanted  # type: ignore[call-overload]
