"""Who may come to a route: one marker on every view, which also decides CSRF, caching and policy
headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from idp.accounts.permissions import Permission
from idp.interaction.machine import Step


class Door(Enum):
    """The kinds of access."""

    PUBLIC = "public"
    """Pages for anybody; posts carry a token bound to the browser."""
    LEAVING = "leaving"
    """The same, where a post may end at a client."""
    PROTOCOL = "protocol"
    """Machine endpoints and redirects: no cookie-based form, so no form token; they authenticate
    themselves.
    """
    OPERATIONS = "operations"
    """Probes and metrics: any Host, no pages."""
    INTERACTION = "interaction"
    """Pages of one waiting request, only for the browser it is bound to."""
    SIGNED_IN = "signed-in"
    """Pages of the account."""
    ADMINISTRATION = "administration"
    """Pages of whoever may administer, proven by two factors."""
    API = "api"
    """The same without pages: a bearer token, and no cookie is looked at."""


class Reach(Enum):
    """Whom a page or an operation is open to, beside people of a role that allows it."""

    ROLE = "role"
    """Nobody."""
    THIS_CLIENT = "this-client"
    """Who looks after the client that `client_id` of the address names."""
    THEIR_CLIENTS = "their-clients"
    """Who looks after any client; the view shows them nothing of another one."""


@dataclass(frozen=True, slots=True)
class Access:
    """`steps`: of an interaction page, the steps it serves (none: the dispatcher). `purpose`: the
    page wants
    fresh proofs of all the account's factors, and this is what the step-up says it is for."""

    door: Door
    steps: frozenset[Step] = frozenset()
    purpose: str | None = None
    keeps: frozenset[str] = frozenset()
    """Fields of its form that survive a step-up; never a secret."""
    asks_password: bool = False
    """The form itself asks for the password: who has no other factor is not asked twice."""
    permission: Permission | None = None
    """What the account's role must allow. None only outside the administration."""
    reach: Reach = Reach.ROLE
    largest_body: int | None = None
    """Bytes of a file that may be sent by whom the permission allows; None: as everywhere."""

    def __str__(self) -> str:
        extra = [
            *([self.permission.value] if self.permission else []),
            *([self.reach.value] if self.reach is not Reach.ROLE else []),
            *sorted(self.steps),
            *([f"fresh:{self.purpose}"] if self.purpose else []),
        ]
        return f"{self.door.value}({','.join(extra)})" if extra else self.door.value


_SECRET = re.compile(r"password|code|otp|secret|token|credential|assertion")

PUBLIC = Access(Door.PUBLIC)
LEAVING = Access(Door.LEAVING)
PROTOCOL = Access(Door.PROTOCOL)
OPERATIONS = Access(Door.OPERATIONS)
SIGNED_IN = Access(Door.SIGNED_IN)


def interaction(*steps: Step) -> Access:
    """A page of a waiting request, for these steps only."""
    return Access(Door.INTERACTION, frozenset(steps))


def signed_in_afresh(purpose: str, *, keeps: tuple[str, ...] = ()) -> Access:
    """A page of the account that changes how one signs in. When its form comes too late, the fields
    named by `keeps` are filled in again after the step-up; secrets are typed again.
    """
    return Access(Door.SIGNED_IN, purpose=purpose, keeps=_keepable(keeps))


def signed_in_with_second_factor(purpose: str) -> Access:
    """The same for a page whose form asks for the current password itself."""
    return Access(Door.SIGNED_IN, purpose=purpose, asks_password=True)


def admin(permission: Permission) -> Access:
    """A page of the administration that shows something."""
    return Access(Door.ADMINISTRATION, permission=permission)


def admin_write(permission: Permission, purpose: str, *, keeps: Collection[str] = ()) -> Access:
    """A page of the administration that changes something, or leads to it: it wants proofs no older
    than 15 minutes (R44). `keeps` as for `signed_in_afresh`.
    """
    return Access(
        Door.ADMINISTRATION, purpose=purpose, keeps=_keepable(keeps), permission=permission
    )


def admin_upload(
    permission: Permission, purpose: str, *, keeps: Collection[str], largest_body: int
) -> Access:
    """The same for a form with a file, which a step-up cannot keep."""
    return Access(
        Door.ADMINISTRATION,
        purpose=purpose,
        keeps=_keepable(keeps),
        permission=permission,
        largest_body=largest_body,
    )


def of_client(permission: Permission) -> Access:
    """A page about the client in its address, also for its owners or contacts."""
    return Access(Door.ADMINISTRATION, permission=permission, reach=Reach.THIS_CLIENT)


def of_client_write(permission: Permission, purpose: str, *, keeps: Collection[str] = ()) -> Access:
    """The same for one that changes something: fresh proofs of two factors, for owners too."""
    return Access(
        Door.ADMINISTRATION,
        purpose=purpose,
        keeps=_keepable(keeps),
        permission=permission,
        reach=Reach.THIS_CLIENT,
    )


def of_their_clients(permission: Permission) -> Access:
    """A page about several clients, also for whoever looks after any."""
    return Access(Door.ADMINISTRATION, permission=permission, reach=Reach.THEIR_CLIENTS)


def api(permission: Permission, reach: Reach = Reach.ROLE) -> Access:
    """An operation of the Admin API. A verb that writes wants fresh proofs of a user, too."""
    return Access(Door.API, permission=permission, reach=reach)


def _keepable(names: Collection[str]) -> frozenset[str]:
    if any(_SECRET.search(name) for name in names):
        raise ValueError(f"a secret is never kept: {names}")
    return frozenset(names)


View = TypeVar("View", bound=Callable[..., Any])


def access(rule: Access) -> Callable[[View], View]:
    """Mark a view. A view without a marker is refused, and a test lists every route with its
    marker.
    """

    def mark(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


def of(view: object) -> Access | None:
    """The marker of a view."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None
