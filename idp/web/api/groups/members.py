"""Who is in a group: listed, added and taken out with a reason."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from idp.accounts.groups import members
from idp.accounts.permissions import Permission
from idp.web.api.answering import Answer
from idp.web.api.groups.definitions import READS, WRITES, existing
from idp.web.api.model import ROW_ID, Because, Changed, Listing, Model, Page
from idp.web.api.operation import operation
from idp.web.api.users import show


class NewMember(Because):
    """Whom."""

    user_id: str = Field(pattern=ROW_ID)


class Member(Model):
    """Somebody in a group."""

    user_id: str
    name: str
    email: str | None = None
    enabled: bool
    added_at: datetime


class MemberList(Page[Member]):
    """Members, by the age of their accounts."""


class Memberships(Model):
    """What apps are told of somebody's groups."""

    groups: list[str]
    roles: list[str]


@operation("GET", "/groups/<path:group>/members", READS, query=Listing, answer=MemberList)
def list_members(group: str, asked: Listing) -> Answer:
    """Who is in a group."""
    found = members.listed(existing(group), size=asked.limit, after=asked.cursor)
    items = [
        Member(
            user_id=one.user_id,
            name=one.name,
            email=one.email,
            enabled=one.disabled_at is None,
            added_at=one.added_at,
        )
        for one in found.members
    ]
    return Answer(MemberList(items=items, next=found.after))


@operation("POST", "/groups/<path:group>/members", WRITES, body=NewMember, answer=Changed)
def add_member(group: str, given: NewMember) -> Answer:
    """Put somebody into a group."""
    found, user = existing(group), show.existing(given.user_id)
    return Answer(Changed(changed=members.add(found, user, reason=given.reason)))


@operation(
    "POST", "/groups/<path:group>/members/<user_id>/remove", WRITES, body=Because, answer=Changed
)
def remove_member(group: str, user_id: str, given: Because) -> Answer:
    """Take somebody out of a group."""
    found, user = existing(group), show.existing(user_id)
    return Answer(Changed(changed=members.remove(found, user, reason=given.reason)))


@operation("GET", "/users/<user_id>/groups", Permission.GROUPS_READ, answer=Memberships)
def list_user_groups(user_id: str) -> Answer:
    """The groups that a person is in, and the roles that follow."""
    found = members.of(show.existing(user_id).id)
    return Answer(Memberships(groups=list(found.groups), roles=list(found.roles)))
