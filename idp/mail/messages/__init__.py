"""One function per mail. Each belongs to the transaction of its cause and goes with it."""

from idp.mail.messages.account import (
    account_closed,
    account_disabled,
    address_change_asked,
    address_changed,
    app_connected,
    device_trusted,
    new_device,
    password_changed,
)
from idp.mail.messages.app_people import app_person_added, app_person_removed
from idp.mail.messages.factor_resets import (
    factor_reset_cancelled,
    factor_reset_link,
    factor_reset_started,
    second_factor_reset,
)
from idp.mail.messages.factors import (
    code_reused,
    passkey_added,
    passkey_removed,
    recovery_code_used,
    recovery_codes_renewed,
    second_factor_due,
    second_step_failed,
    totp_added,
    totp_added_for,
    totp_frozen,
    totp_removed,
)
from idp.mail.messages.links import (
    address_change,
    already_registered,
    invitation,
    password_reset,
    registration,
    verify_address,
)

__all__ = [
    "account_closed",
    "account_disabled",
    "address_change",
    "address_change_asked",
    "address_changed",
    "already_registered",
    "app_connected",
    "app_person_added",
    "app_person_removed",
    "code_reused",
    "device_trusted",
    "factor_reset_cancelled",
    "factor_reset_link",
    "factor_reset_started",
    "invitation",
    "new_device",
    "passkey_added",
    "passkey_removed",
    "password_changed",
    "password_reset",
    "recovery_code_used",
    "recovery_codes_renewed",
    "registration",
    "second_factor_due",
    "second_factor_reset",
    "second_step_failed",
    "totp_added",
    "totp_added_for",
    "totp_frozen",
    "totp_removed",
    "verify_address",
]
