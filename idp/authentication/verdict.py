"""What a verifier answers besides evidence: refusals of a person are values, not exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why a factor was not accepted. Pages word them; some share one sentence on purpose."""

    WRONG_CREDENTIALS = "wrong_credentials"
    """Unknown user, wrong or missing password, disabled account: told apart only in the audit log.
    """
    MALFORMED = "malformed"
    WRONG_CODE = "wrong_code"
    """Wrong, expired or already used: one sentence, told apart only in the audit log."""
    FROZEN = "frozen"
    """One-time codes are refused until another factor or an administrator frees them."""
    KNOWN_BROWSERS_ONLY = "known_browsers_only"
    """Too many wrong passwords in a row: only known browsers are heard, or a new password."""
    EXHAUSTED = "exhausted"
    """Too many wrong codes in this interaction: it is over, the sign-in starts again."""
    EXPIRED = "expired"
    """What was to be confirmed has gone: start the step again."""
    PASSKEY_REFUSED = "passkey_refused"
    """Unknown, somebody else's, of a disabled account, or badly signed: told apart only in the
    audit log.
    """
    PASSKEY_KNOWN = "passkey_known"
    """To be added, but it stands here already."""
    CLOCK = "clock"
    """The server's clock cannot be trusted, so no one-time code is."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The factor was checked and refused. `hint_steps`: how far off the code's clock seems, if
    known.
    """

    reason: Reason
    hint_steps: int | None = None


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not checked: too many tries. `wait`: until the next one can count."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Busy:
    """Not checked: every hashing slot is taken. Answered with 503 and `Retry-After`."""

    wait: timedelta
