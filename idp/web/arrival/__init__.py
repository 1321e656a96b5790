"""Pages for people who are not signed in yet: most are reached by a mailed link."""

from idp.web.arrival import (
    cancel_reset,
    change_email,
    create_account,
    enrolment,
    invited,
    password_reset,
    replace_factors,
    reset,
    set_password,
    verify_email,
)
from idp.web.arrival.routes import blueprint

__all__ = [
    "blueprint",
    "cancel_reset",
    "change_email",
    "create_account",
    "enrolment",
    "invited",
    "password_reset",
    "replace_factors",
    "reset",
    "set_password",
    "verify_email",
]
