"""Pages of whoever administers: one module per subject."""

from idp.web.admin import audit, clients, dashboard, keys, mail, settings, users
from idp.web.admin.routes import blueprint

__all__ = ["audit", "blueprint", "clients", "dashboard", "keys", "mail", "settings", "users"]
