"""Pages of the signed-in user: one module per subject."""

from idp.web.account import (
    apps,
    overview,
    password,
    recovery_codes,
    security,
    sessions,
    totp,
)
from idp.web.account.routes import blueprint

__all__ = [
    "apps",
    "blueprint",
    "overview",
    "password",
    "recovery_codes",
    "security",
    "sessions",
    "totp",
]
