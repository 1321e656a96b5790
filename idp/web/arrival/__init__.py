"""Pages for people who are not signed in yet: most are reached by a mailed link."""

from idp.web.arrival import (
    change_email,
    create_account,
    enrolment,
    invited,
    password_reset,
    reset,
    set_password,
    verify_email,
)
from idp.web.arrival.routes import blueprint

__all__ = [
    "blueprint",
    "change_email",
    "create_account",
    "enrolment",
    "invited",
    "password_reset",
    "reset",
    "set_password",
    "verify_email",
]
