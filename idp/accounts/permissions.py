"""Who may administer what: each role with its verbs. Pure; pages, API and commands ask here.

A verb names a subject and what is done with it. To write never implies to read: a role that may do
both names both. Only an owner hands out roles, so nobody can raise their own.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from idp.clients.metadata import administration
from idp.models import Role, Standing


class Permission(StrEnum):
    """What can be allowed."""

    DASHBOARD_READ = "dashboard.read"
    """How the deployment is doing, in numbers and findings; nobody's data."""
    CLIENTS_READ = "clients.read"
    """Registrations. Secrets are kept as digests, so nobody can read one."""
    CLIENTS_WRITE = "clients.write"
    """Register, change, disable and delete apps, and give them new secrets."""
    OWN_CLIENT_WRITE = "own-client.write"
    """Change one app within its owners' limits (`clients.owner_limits`), replace its secret, say
    who looks after it."""
    REQUESTS_READ = "requests.read"
    """What apps asked in the last day and why it failed, without secrets."""
    REQUESTS_WRITE = "requests.write"
    """Hand out a link that explains one request to whoever has it."""
    USERS_READ = "users.read"
    """People: how they can sign in, their sessions, what happened to their accounts."""
    USERS_WRITE = "users.write"
    """Invite, disable, sign out, start a reset. Never: see or set a password or a factor (R57)."""
    GROUPS_READ = "groups.read"
    """Groups with the names and addresses of their members; claims of the deployment's own."""
    GROUPS_WRITE = "groups.write"
    """Say who is in which group, and what can be told of people: it decides what apps allow."""
    USERS_BULK = "users.bulk"
    """Make many accounts from a file, passwords and subjects included; take everybody along."""
    ROLES_WRITE = "roles.write"
    """Say who administers, and as what."""
    AUDIT_READ = "audit.read"
    """Everything that happened."""
    KEYS_READ = "keys.read"
    """The signing keys' public halves, states and dates."""
    KEYS_WRITE = "keys.write"
    """Rotate and revoke signing keys."""
    MAIL_READ = "mail.read"
    """What waits to be sent and what was given up, without what it says."""
    MAIL_WRITE = "mail.write"
    """Send again what was given up, and a mail to try."""
    SETTINGS_READ = "settings.read"
    """Settings as they are in force, secrets masked."""


_EVERYTHING = frozenset(Permission)
_READING = frozenset(one for one in Permission if one.value.endswith(".read"))

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.CLIENT_MANAGER: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.CLIENTS_READ,
            Permission.CLIENTS_WRITE,
            Permission.OWN_CLIENT_WRITE,
            Permission.REQUESTS_READ,
            Permission.REQUESTS_WRITE,
            Permission.GROUPS_READ,
            Permission.GROUPS_WRITE,
        }
    ),
    Role.AUDITOR: _READING,
    Role.SUPPORT: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.CLIENTS_READ,
            Permission.REQUESTS_READ,
            Permission.REQUESTS_WRITE,
            Permission.USERS_READ,
            Permission.USERS_WRITE,
            Permission.GROUPS_READ,
            Permission.MAIL_READ,
        }
    ),
}
"""Each role's verbs. Whoever has no role has none."""

OF_THEIR_APP: dict[Standing, frozenset[Permission]] = {
    Standing.OWNER: frozenset(
        {
            Permission.CLIENTS_READ,
            Permission.OWN_CLIENT_WRITE,
            Permission.REQUESTS_READ,
            Permission.REQUESTS_WRITE,
        }
    ),
    Standing.CONTACT: frozenset({Permission.CLIENTS_READ, Permission.REQUESTS_READ}),
}
"""What people may do to the one app that they look after, whatever their role. Pages open to them
say so in their marker (`web.access.of_client`); the others ask for the role alone."""


def by_scopes(scopes: Collection[str]) -> frozenset[Permission]:
    """What a token of these scopes is for; what none of them names it is not for."""
    known = (administration.SCOPES.get(scope, ()) for scope in scopes)
    return frozenset(Permission(verb) for verbs in known for verb in verbs)


def allows(role: str | None, permission: Permission) -> bool:
    """Whether somebody of this role may do it. A role that is not known allows nothing."""
    return permission in of(role)


def of(role: str | None) -> frozenset[Permission]:
    """All that somebody of this role may do."""
    return ALLOWED[Role(role)] if role in set(Role) else frozenset()


def of_standing(standing: Standing | None) -> frozenset[Permission]:
    """All that somebody may do to an app to which they are this."""
    return OF_THEIR_APP[standing] if standing else frozenset()
