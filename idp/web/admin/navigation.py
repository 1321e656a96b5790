"""The parts of the administration, as far as they are there and a role may read them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for

from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop


@dataclass(frozen=True, slots=True)
class Part:
    """`name`: what its pages call `section`."""

    name: str
    endpoint: str
    icon: str
    text: str
    permission: Permission


PARTS = (
    Part(
        "dashboard",
        "admin.dashboard",
        "house",
        gettext_noop("Dashboard"),
        Permission.DASHBOARD_READ,
    ),
    Part("clients", "admin.clients", "layout-grid", gettext_noop("Apps"), Permission.CLIENTS_READ),
    Part(
        "requests",
        "admin.requests",
        "circle-question-mark",
        gettext_noop("Why did it fail?"),
        Permission.REQUESTS_READ,
    ),
    Part("users", "admin.users", "user-round", gettext_noop("People"), Permission.USERS_READ),
    Part(
        "what-if",
        "admin.what_if_page",
        "arrow-right-left",
        gettext_noop("What if?"),
        Permission.USERS_READ,
    ),
    Part("groups", "admin.groups", "users-round", gettext_noop("Groups"), Permission.GROUPS_READ),
    Part("claims", "admin.claims", "tags", gettext_noop("Claims"), Permission.GROUPS_READ),
    Part(
        "configuration",
        "admin.configuration",
        "download",
        gettext_noop("Configuration"),
        Permission.CLIENTS_READ,
    ),
    Part("audit", "admin.audit", "history", gettext_noop("Audit log"), Permission.AUDIT_READ),
    Part("keys", "admin.keys", "key-round", gettext_noop("Keys"), Permission.KEYS_READ),
    Part("mail", "admin.mail", "mail", gettext_noop("Mail"), Permission.MAIL_READ),
    Part("settings", "admin.settings", "info", gettext_noop("Settings"), Permission.SETTINGS_READ),
)
"""In their order on every page."""


def of(role: str | None) -> list[dict[str, str]]:
    """What somebody of this role is shown."""
    allowed = permissions.of(role)
    if not allowed:
        return _of_owners()
    return [
        {
            "name": part.name,
            "icon": part.icon,
            "text": _(part.text),
            "url": url_for(part.endpoint),
        }
        for part in PARTS
        if part.permission in allowed and part.endpoint in current_app.view_functions
    ]


def _of_owners() -> list[dict[str, str]]:
    """Whoever looks after an app and administers nothing else."""
    return [
        {
            "name": "clients",
            "icon": "layout-grid",
            "text": _("Your apps"),
            "url": url_for("account.apps_of_mine"),
        },
        {
            "name": "requests",
            "icon": "circle-question-mark",
            "text": _("Why did it fail?"),
            "url": url_for("admin.requests"),
        },
    ]
