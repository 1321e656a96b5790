"""What each mail says. Called in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from idp.mail.letter import Letter, Occasion
from idp.mail.name import Name
from idp.mail.wording import account, app_people, attempts, factor_resets, factors, links

Wording = Callable[[Occasion], Letter]

WORDINGS: Mapping[Name, Wording] = {
    Name.PASSWORD_RESET: links.password_reset,
    Name.VERIFY_ADDRESS: links.verify_address,
    Name.REGISTRATION: links.registration,
    Name.ALREADY_REGISTERED: links.already_registered,
    Name.INVITATION: links.invitation,
    Name.ADDRESS_CHANGE: links.address_change,
    Name.PASSWORD_CHANGED: account.password_changed,
    Name.ADDRESS_CHANGE_ASKED: account.address_change_asked,
    Name.ADDRESS_CHANGED: account.address_changed,
    Name.APP_CONNECTED: account.app_connected,
    Name.APP_PERSON_ADDED: app_people.added,
    Name.APP_PERSON_REMOVED: app_people.removed,
    Name.NEW_DEVICE: account.new_device,
    Name.DEVICE_TRUSTED: account.device_trusted,
    Name.ACCOUNT_DISABLED: account.account_disabled,
    Name.ACCOUNT_CLOSED: account.account_closed,
    Name.TEST: account.test,
    Name.TOTP_ADDED: factors.totp_added,
    Name.TOTP_ADDED_FOR: factors.totp_added_for,
    Name.TOTP_REMOVED: factors.totp_removed,
    Name.PASSKEY_ADDED: factors.passkey_added,
    Name.PASSKEY_REMOVED: factors.passkey_removed,
    Name.RECOVERY_CODE_USED: factors.recovery_code_used,
    Name.RECOVERY_CODES_RENEWED: factors.recovery_codes_renewed,
    Name.SECOND_FACTOR_RESET: factor_resets.second_factor_reset,
    Name.FACTOR_RESET_STARTED: factor_resets.started,
    Name.FACTOR_RESET_LINK: factor_resets.link,
    Name.FACTOR_RESET_CANCELLED: factor_resets.cancelled,
    Name.SECOND_FACTOR_DUE: factors.second_factor_due,
    Name.SECOND_STEP_FAILED: attempts.second_step_failed,
    Name.CODE_REUSED: attempts.code_reused,
    Name.TOTP_FROZEN: attempts.totp_frozen,
}
