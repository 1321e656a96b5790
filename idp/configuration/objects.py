"""What a configuration is made of, and the shortest document that says what each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from config import SecondFactorPolicy
from idp.clients import document
from idp.clients.metadata import Invalid, ProposedClient
from idp.clients.registered import RegisteredClient

VERSION = 1

Document = dict[str, Any]


class Section(StrEnum):
    """In the order in which they are written, and made: clients name groups."""

    CLAIMS = "claims"
    GROUPS = "groups"
    CLIENTS = "clients"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One object. Its text is where it stands in the document."""

    section: Section
    name: str

    def __str__(self) -> str:
        return f"{self.section}/{self.name}"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it is in the database. `version`: names this state of it."""

    document: Document
    version: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object as a document has it: what the use cases take, and how it would be written."""

    proposed: Any
    document: Document
    is_disabled: bool = field(default=False)


DISABLED = "disabled"
_ABOUT = frozenset({"client_id", "client_id_issued_at"})


def of_client(client: RegisteredClient) -> Document:
    """The registration without what is so by default, and without what names it."""
    # JSONB keeps members in an order of its own: what is only kept comes last, by name.
    found = document.as_document(client)
    members = [one for one in found if one not in _ABOUT and one not in client.metadata]
    members += sorted(one for one in client.metadata if one in found)
    whole = {member: found[member] for member in members}
    brief = _without_defaults(whole)
    return brief if client.is_enabled else brief | {DISABLED: True}


def of_proposed(proposed: ProposedClient, *, disabled_at: datetime | None = None) -> Document:
    """The same of a client that is not registered."""
    return of_client(as_if_registered(proposed, disabled_at))


def as_if_registered(proposed: ProposedClient, disabled_at: datetime | None) -> RegisteredClient:
    """What it would be."""
    known = {one.name for one in fields(RegisteredClient)}
    same: dict[str, Any] = {
        one.name: getattr(proposed, one.name) for one in fields(proposed) if one.name in known
    }
    policy = proposed.second_factor_policy
    return RegisteredClient(
        **same
        | {
            "client_id": "",
            "grant_types": frozenset(proposed.grant_types),
            "response_types": frozenset(proposed.response_types),
            "scopes": frozenset(proposed.scope.split()),
            "second_factor_policy": SecondFactorPolicy(policy) if policy else None,
            "rotate_refresh_tokens": proposed.rotates_refresh_tokens,
            "metadata": _as_stored(proposed.metadata),
            "secrets": (),
            "registration_token_digest": None,
            "created_at": datetime.fromtimestamp(0, UTC),
            "disabled_at": disabled_at,
        }
    )


_DECIDING: Document = {
    "application_type": "web",
    "grant_types": ["authorization_code"],
    "token_endpoint_auth_method": None,
}
"""What other defaults depend on, each with its own."""


def _without_defaults(whole: Document) -> Document:
    """Only what reading it again would not give back by itself."""
    deciding = {member: whole[member] for member in _DECIDING if member in whole}
    bare = document.from_document({"client_name": whole["client_name"]} | deciding)
    if isinstance(bare, Invalid):
        return whole
    default = document.as_document(as_if_registered(bare, None)) | _DECIDING
    brief = {
        member: value
        for member, value in whole.items()
        if member == "client_name" or default.get(member) != value
    }
    return brief if _says_the_same(brief, whole) else whole


def ordered(value: Any) -> Any:  # noqa: ANN401  JSON
    """Objects inside of a member have their names in order."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value)}
    return [ordered(one) for one in value] if isinstance(value, list) else value


def _as_stored(kept: Mapping[str, Any]) -> Document:
    """JSON has no tuples."""
    return {
        member: list(value) if isinstance(value, tuple) else value for member, value in kept.items()
    }


def _says_the_same(brief: Document, whole: Document) -> bool:
    one, other = document.from_document(brief), document.from_document(whole)
    if isinstance(one, Invalid) or isinstance(other, Invalid):
        return False
    return _settled(one) == _settled(other)


def _settled(proposed: ProposedClient) -> Document:
    settled = replace(proposed, rotate_refresh_tokens=proposed.rotates_refresh_tokens)
    return document.as_document(as_if_registered(settled, None))
