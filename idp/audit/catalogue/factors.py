"""What an account proves itself with: how it comes, goes, and is closed."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordChanged(Event):
    """A password was set, by its owner, by a link or by a command."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordResetAsked(Event):
    """A link for a new password was asked for. `outcome`: mailed, unknown_address, disabled."""

    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordReset(Event):
    """A forgotten password was replaced by a mailed link; sessions, tokens and devices ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLinkIssued(Event):
    """A one-time link to choose a password was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLinkUsed(Event):
    """A one-time link to choose a password was spent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpEnrolled(Event):
    """An authenticator app was confirmed by a code of its own, or enrolled by a command."""

    credential_id: str
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpRenamed(Event):
    """An authenticator app got another name."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpRemoved(Event):
    """An authenticator app was removed; proofs made with it count no more."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpFrozen(Event):
    """100 one-time codes in a row were wrong: none is accepted until the account is freed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpUnfrozen(Event):
    """One-time codes are accepted again. `by`: recovery_code, passkey or administrator."""

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyAdded(Event):
    """A passkey was created on a device of the user."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyRemoved(Event):
    """A passkey was removed; proofs made with it count no more."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodesSaved(Event):
    """A new set of recovery codes took effect; the previous one is dead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SealFoundBroken(Event):
    """A sealed secret did not open: altered, moved from another user, or its key is gone. Alert."""

    credential_id: str
