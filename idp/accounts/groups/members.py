"""Who is in a group: added and taken out with a reason, listed a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from idp import audit, clock
from idp.accounts.groups.proposed import KnownGroup
from idp.audit import catalogue
from idp.extensions import db, insert, rows_changed
from idp.models import EmailAddress, Group, GroupMember, User


@dataclass(frozen=True, slots=True)
class Member:
    """A line of the list."""

    user_id: str
    name: str
    email: str | None
    disabled_at: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: the person that the next page begins behind; None at the end."""

    members: list[Member]
    after: str | None


@dataclass(frozen=True, slots=True)
class Memberships:
    """What apps are told of the groups that somebody is in."""

    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


_OF_USER = (
    select(Group.name, Group.roles)
    .join(GroupMember, GroupMember.group_id == Group.id)
    .where(GroupMember.user_id == bindparam("member"))
    .order_by(Group.name)
)
_IS_IN = (
    select(GroupMember.user_id)
    .join(Group, Group.id == GroupMember.group_id)
    .where(
        GroupMember.user_id == bindparam("member"),
        Group.name.in_(bindparam("names", expanding=True)),
    )
    .limit(1)
)


def add(group: KnownGroup, user: User, *, reason: str = "") -> bool:
    """False: the person was in it before."""
    made = insert(GroupMember).values(group_id=group.id, user_id=user.id, added_at=clock.now())
    if not rows_changed(made.on_conflict_do_nothing()):
        return False
    audit.record(catalogue.GroupMemberAdded(user_id=user.id, group=group.name, reason=reason))
    return True


def remove(group: KnownGroup, user: User, *, reason: str = "") -> bool:
    """False: the person was not in it."""
    gone = delete(GroupMember).where(
        GroupMember.group_id == group.id, GroupMember.user_id == user.id
    )
    if not rows_changed(gone):
        return False
    audit.record(catalogue.GroupMemberRemoved(user_id=user.id, group=group.name, reason=reason))
    return True


def listed(group: KnownGroup, *, size: int, after: str | None = None) -> Page:
    """Those whose accounts are oldest first, which is the order of the key."""
    primary = (EmailAddress.user_id == User.id) & EmailAddress.is_primary.is_(True)
    wanted = (
        select(User.id, User.name, EmailAddress.address, User.disabled_at, GroupMember.added_at)
        .join(GroupMember, GroupMember.user_id == User.id)
        .outerjoin(EmailAddress, primary)
        .where(GroupMember.group_id == group.id)
    )
    if after is not None:
        wanted = wanted.where(GroupMember.user_id > after)
    rows = db.session.execute(wanted.order_by(GroupMember.user_id).limit(size + 1)).all()
    shown = [Member(*row) for row in rows[:size]]
    return Page(shown, shown[-1].user_id if len(rows) > size else None)


def of(user_id: str) -> Memberships:
    """One read, on the connection: UserInfo asks it."""
    rows = db.session.connection().execute(_OF_USER, {"member": user_id}).all()
    roles = dict.fromkeys(role for row in rows for role in sorted(row.roles))
    return Memberships(tuple(row.name for row in rows), tuple(sorted(roles)))


def groups_of(user_id: str) -> list[tuple[str, str]]:
    """For administrators: id and title of each group somebody is in, by name."""
    wanted = (
        select(Group.id, Group.name, Group.display_name)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.user_id == user_id)
    )
    rows = db.session.execute(wanted.order_by(Group.name))
    return [(row.id, row.display_name or row.name) for row in rows]


def is_in_any(user_id: str, names: Collection[str]) -> bool:
    """Whether somebody is in one of these groups; in none of none."""
    if not names:
        return False
    asked = {"member": user_id, "names": sorted(names)}
    return db.session.connection().execute(_IS_IN, asked).first() is not None
