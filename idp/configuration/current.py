"""What the database holds, as objects of a configuration and as the document that is exported."""

from __future__ import annotations

from typing import Any

from idp import audit
from idp.accounts.custom_claims import definition, definitions
from idp.accounts.groups import proposed, store
from idp.audit import catalogue
from idp.clients import register, registry
from idp.configuration.objects import VERSION, Place, Section, Stored, of_client, ordered


def objects() -> dict[Place, Stored]:
    """In the order of the document. What registered itself looks after itself."""
    found = {
        Place(Section.CLAIMS, one.name): Stored(
            definition.as_document(one), definitions.version_of(one)
        )
        for one in definitions.everyone()
    }
    found |= {
        Place(Section.GROUPS, one.name): Stored(proposed.as_document(one), store.version_of(one))
        for one in store.everyone()
    }
    clients = sorted(registry.everyone(), key=lambda one: one.client_id)
    return found | {
        Place(Section.CLIENTS, one.client_id): Stored(of_client(one), register.version_of(one))
        for one in clients
        if not one.is_self_registered
    }


def exported() -> dict[str, Any]:
    """The document. That it was taken along is written down."""
    audit.record(catalogue.ConfigurationExported())
    document: dict[str, Any] = {"version": VERSION}
    sections: dict[str, dict[str, Any]] = {section.value: {} for section in Section}
    for place, stored in objects().items():
        members = stored.document.items()
        sections[place.section][place.name] = {name: ordered(value) for name, value in members}
    return document | sections
