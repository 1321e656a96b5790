"""Mails about second factors, and about tries to get past them."""

from __future__ import annotations

from datetime import datetime, timedelta

from idp.mail import post
from idp.mail.name import Name
from idp.models import User

WARNING_PERIOD = timedelta(hours=1)
"""Whoever guesses codes does not fill a mailbox."""


def second_step_failed(user: User) -> None:
    """The password was right, the second step was not; at most once an hour for a user."""
    post.seldom_to_user(Name.SECOND_STEP_FAILED, user, WARNING_PERIOD)


def code_reused(user: User) -> None:
    """A one-time code came a second time; at most once an hour for a user."""
    post.seldom_to_user(Name.CODE_REUSED, user, WARNING_PERIOD)


def totp_added(user: User, name: str) -> None:
    """An authenticator app was enrolled."""
    post.to_user(Name.TOTP_ADDED, user, label=name)


def totp_added_for(user: User) -> None:
    """An administrator enrolled one, and hands it over."""
    post.of_others(Name.TOTP_ADDED_FOR, user)


def totp_removed(user: User, name: str) -> None:
    """An authenticator app is gone."""
    post.to_user(Name.TOTP_REMOVED, user, label=name)


def totp_frozen(user: User) -> None:
    """One-time codes are not taken any more, after too many wrong ones in a row."""
    post.to_user(Name.TOTP_FROZEN, user)


def passkey_added(user: User, name: str) -> None:
    """A passkey was enrolled."""
    post.to_user(Name.PASSKEY_ADDED, user, label=name)


def passkey_removed(user: User, name: str) -> None:
    """A passkey is gone."""
    post.to_user(Name.PASSKEY_REMOVED, user, label=name)


def recovery_code_used(user: User, left: int) -> None:
    """Somebody signed in with a recovery code."""
    post.to_user(Name.RECOVERY_CODE_USED, user, left=left)


def recovery_codes_renewed(user: User) -> None:
    """There is a new set; the old one is dead."""
    post.to_user(Name.RECOVERY_CODES_RENEWED, user)


def second_factor_due(user: User, by: datetime) -> None:
    """A reminder to set one up in time."""
    post.of_others(Name.SECOND_FACTOR_DUE, user, by=by.isoformat())
