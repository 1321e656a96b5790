"""The groups whose members an app admits: a name that no group has would admit nobody."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from idp.clients.metadata import ProposedClient
from idp.extensions import db
from idp.models import Group

NONE_YET: Collection[str] = ()


def problems(proposed: ProposedClient, beside: Collection[str] = NONE_YET) -> dict[str, str]:
    """`beside`: groups that are made together with the client."""
    named = set(proposed.allowed_groups) - set(beside)
    if not named:
        return {}
    known = db.session.scalars(select(Group.name).where(Group.name.in_(named)))
    unknown = sorted(named - set(known))
    return {"allowed_groups": f"there is no group {unknown[0]!a}"} if unknown else {}
