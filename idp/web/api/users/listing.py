"""People, found by how an address or a name begins."""

from __future__ import annotations

from pydantic import Field

from idp.accounts import directory
from idp.accounts.permissions import Permission
from idp.web.api.answering import Answer
from idp.web.api.model import Listing, Page
from idp.web.api.operation import operation
from idp.web.api.users.show import User, shown


class WantedUsers(Listing):
    """Which people."""

    q: str = Field("", max_length=100, description="How an address or a name begins.")


class UserList(Page[User]):
    """People."""


@operation("GET", "/users", Permission.USERS_READ, query=WantedUsers, answer=UserList)
def list_users(asked: WantedUsers) -> Answer:
    """People: everybody, the newest first, or those that are found by address, then by name."""
    found = directory.search(asked.q, size=asked.limit, after=asked.cursor)
    return Answer(UserList(items=[shown(entry) for entry in found.entries], next=found.after))
