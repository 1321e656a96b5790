"""Pages of whoever administers: one module per subject."""

from idp.web.admin import dashboard
from idp.web.admin.routes import blueprint

__all__ = ["blueprint", "dashboard"]
