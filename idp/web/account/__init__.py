"""Pages of the signed-in user: one module per subject."""

from idp.web.account import (
    activity,
    apps,
    close,
    data,
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
    "close",
    "data",
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
