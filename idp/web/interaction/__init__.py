"""Pages of a waiting request: one module per step, and one dispatcher that alone decides which is
next.
"""

from idp.web.interaction import (
    consent,
    device,
    dispatch,
    enrol,
    enrol_passkey,
    enrolment_ticket,
    not_open,
    passkey,
    recovery_code,
    second_factor,
    select_account,
    sign_in,
    verify_email,
)
from idp.web.interaction.authorize import authorize
from idp.web.interaction.routes import blueprint

__all__ = [
    "authorize",
    "blueprint",
    "consent",
    "device",
    "dispatch",
    "enrol",
    "enrol_passkey",
    "enrolment_ticket",
    "not_open",
    "passkey",
    "recovery_code",
    "second_factor",
    "select_account",
    "sign_in",
    "verify_email",
]
