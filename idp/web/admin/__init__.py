"""Pages of whoever administers: one module per subject."""

from idp.web.admin import audit, clients, dashboard, evidence, keys, mail, settings, users, what_if
from idp.web.admin.routes import blueprint

__all__ = [
    "audit",
    "blueprint",
    "clients",
    "dashboard",
    "evidence",
    "keys",
    "mail",
    "settings",
    "users",
    "what_if",
]
