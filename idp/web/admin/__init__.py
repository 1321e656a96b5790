"""Pages of whoever administers: one module per subject."""

from idp.web.admin import (
    audit,
    claims,
    clients,
    configuration,
    dashboard,
    evidence,
    groups,
    keys,
    mail,
    settings,
    users,
    what_if,
)
from idp.web.admin.routes import blueprint

__all__ = [
    "audit",
    "blueprint",
    "claims",
    "clients",
    "configuration",
    "dashboard",
    "evidence",
    "groups",
    "keys",
    "mail",
    "settings",
    "users",
    "what_if",
]
