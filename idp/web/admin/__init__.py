"""Pages of whoever administers: one module per subject."""

from idp.web.admin import audit, clients, dashboard, evidence, keys, mail, settings, users
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
]
