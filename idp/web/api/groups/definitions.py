"""Groups: listed, made, changed and deleted."""

from __future__ import annotations

from pydantic import Field

from idp.accounts.groups import proposed, store
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup
from idp.accounts.groups.store import InUse
from idp.accounts.permissions import Permission
from idp.models.group import LONGEST_NAME
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.groups.outcomes import settled
from idp.web.api.model import Because, Model, Nothing, Page
from idp.web.api.operation import Wants, blueprint, operation
from idp.web.problems import Kind, Refused

READS, WRITES = Permission.GROUPS_READ, Permission.GROUPS_WRITE


class WantedGroups(Model):
    """Which groups."""

    limit: int = Field(25, ge=1, le=100)
    cursor: str | None = Field(None, min_length=1, max_length=LONGEST_NAME)
    q: str = Field("", max_length=LONGEST_NAME, description="How a name begins.")


class GroupDetails(Model):
    """What can be changed of a group."""

    display_name: str = ""
    description: str = ""
    roles: list[str] = Field([], description="What its members are to apps.")


class Group(GroupDetails):
    """A group. Apps are told its name, so that stays."""

    name: str


class NewGroup(Because, Group):
    """A group to be made."""


class ChangedGroup(Because, GroupDetails):
    """A group as it shall be."""


class GroupList(Page[Group]):
    """Groups, by name."""


@operation("GET", "/groups", READS, query=WantedGroups, answer=GroupList)
def list_groups(asked: WantedGroups) -> Answer:
    """Groups, by name."""
    found = store.search(asked.q.strip(), size=asked.limit, after=asked.cursor)
    return Answer(GroupList(items=[_shown(one) for one in found.groups], next=found.after))


@operation("POST", "/groups", WRITES, body=NewGroup, answer=Group, status=201, wants=(Wants.KEY,))
def create_group(given: NewGroup) -> Answer:
    """Make a group, without members."""
    made = settled(store.create(_proposed(given.name, given)))
    return _answer(made, location=f"{blueprint.url_prefix}/groups/{made.name}")


@operation("GET", "/groups/<path:group>", READS, answer=Group)
def read_group(group: str) -> Answer:
    """A group."""
    return _answer(existing(group))


@operation(
    "PUT", "/groups/<path:group>", WRITES, body=ChangedGroup, answer=Group, wants=(Wants.VERSION,)
)
def replace_group(group: str, given: ChangedGroup) -> Answer:
    """Change what a group is called and which roles it gives."""
    name = existing(group).name
    return _answer(settled(store.change(name, reading.version(), _proposed(name, given))))


@operation(
    "POST", "/groups/<path:group>/delete", WRITES, body=Because, answer=Nothing,
    wants=(Wants.VERSION,), refuses=(Kind.CONFLICT,),
)  # fmt: skip
def delete_group(group: str, given: Because) -> Answer:
    """Forget a group and who is in it."""
    gone = store.remove_as_seen(existing(group).name, reading.version())
    if isinstance(gone, InUse):
        names = ", ".join(gone.client_names)
        raise Refused(Kind.CONFLICT, f"These apps admit its members only: {names}.")
    settled(gone)
    return Answer(Nothing())


def existing(name: str) -> KnownGroup:
    """As it is now."""
    return settled(None if proposed.name_problem(name) else store.find(name))


def _proposed(name: str, given: GroupDetails) -> ProposedGroup:
    document = given.model_dump(include=set(GroupDetails.model_fields))
    return settled(proposed.from_document(name, document))


def _shown(group: KnownGroup) -> Group:
    return Group(
        name=group.name,
        display_name=group.display_name,
        description=group.description,
        roles=list(group.roles),
    )


def _answer(group: KnownGroup, location: str | None = None) -> Answer:
    return Answer(_shown(group), version=store.version_of(group), location=location)
