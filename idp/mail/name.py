"""Which mails there are."""

from __future__ import annotations

from enum import StrEnum, auto


class Name(StrEnum):
    """What a mail reports; written into the outbox, so a member keeps its name."""

    PASSWORD_RESET = auto()
    PASSWORD_CHANGED = auto()
    SECOND_STEP_FAILED = auto()
    CODE_REUSED = auto()
    TOTP_ADDED = auto()
    TOTP_ADDED_FOR = auto()
    TOTP_REMOVED = auto()
    TOTP_FROZEN = auto()
    PASSKEY_ADDED = auto()
    PASSKEY_REMOVED = auto()
    RECOVERY_CODE_USED = auto()
    RECOVERY_CODES_RENEWED = auto()
    SECOND_FACTOR_RESET = auto()
    SECOND_FACTOR_DUE = auto()
    FACTOR_RESET_STARTED = auto()
    FACTOR_RESET_LINK = auto()
    FACTOR_RESET_CANCELLED = auto()
    NEW_DEVICE = auto()
    DEVICE_TRUSTED = auto()
    VERIFY_ADDRESS = auto()
    REGISTRATION = auto()
    ALREADY_REGISTERED = auto()
    INVITATION = auto()
    ADDRESS_CHANGE = auto()
    ADDRESS_CHANGE_ASKED = auto()
    ADDRESS_CHANGED = auto()
    APP_CONNECTED = auto()
    APP_PERSON_ADDED = auto()
    APP_PERSON_REMOVED = auto()
    ACCOUNT_DISABLED = auto()
    ACCOUNT_CLOSED = auto()
    TEST = auto()
