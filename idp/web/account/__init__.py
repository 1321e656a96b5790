"""Pages of the signed-in user: one module per subject."""

from idp.web.account import (
    activity,
    apps,
    email,
    enrol_totp,
    overview,
    passkeys,
    password,
    profile,
    recovery_codes,
    security,
    sessions,
    switch,
    totp,
    trusted_devices,
)
from idp.web.account.routes import blueprint

__all__ = [
    "activity",
    "apps",
    "blueprint",
    "email",
    "enrol_totp",
    "overview",
    "passkeys",
    "password",
    "profile",
    "recovery_codes",
    "security",
    "sessions",
    "switch",
    "totp",
    "trusted_devices",
]
