"""Signing in: what was proven or refused, the limits, and the sessions of browsers."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordAccepted(Event):
    """The right password of an account that may sign in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordRejected(Event):
    """A password was not accepted. `reason`: wrong, unknown_user, no_password, disabled."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpAccepted(Event):
    """A one-time code was accepted."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TotpRejected(Event):
    """A one-time code was not accepted. `reason`: wrong, malformed, clock, no_credential."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OtpReplay(Event):
    """A right one-time code came a second time, or after a later one: somebody may have read it."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodeUsed(Event):
    """A recovery code was spent. `left`: how many remain."""

    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryCodeRejected(Event):
    """A recovery code was not accepted. `reason`: wrong, spent, malformed."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitReached(Event):
    """A try was refused unseen by a limit. `limit` and `window` name it, `wait` is in seconds."""

    limit: str
    window: str
    wait: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GuessingSuspected(Event):
    """100 passwords in a row were wrong for one account or one unknown name: from now on only known
    browsers are heard, until one succeeds, the password changes or an administrator unlocks.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionBegun(Event):
    """A browser is signed in. `methods`: the factors proven."""

    methods: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionStrengthened(Event):
    """A factor was proven in a live session; its cookie changed. `methods`: the factors proven."""

    methods: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEnded(Event):
    """A session ended before its time. `reason` says why."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyAccepted(Event):
    """A passkey answered its challenge, with user verification."""

    credential_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyRejected(Event):
    """The answer of a passkey was not accepted. `reason`: stale, malformed, unknown, other_user,
    handle, disabled, invalid, counter.
    """

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasskeyCounterAlert(Event):
    """A right signature came with a counter that had not grown: the passkey may have been copied.
    Alert.
    """

    credential_id: str
    stored: int
    sent: int
