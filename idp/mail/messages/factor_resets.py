"""Mails about a reset of second factors that an administrator started."""

from __future__ import annotations

from datetime import datetime, timedelta

from idp.mail import post
from idp.mail.name import Name
from idp.models import User


def factor_reset_started(
    user: User, cancel_url: str, effective_at: datetime, lifetime: timedelta
) -> None:
    """At once, so that its effect surprises nobody. `lifetime`: of the link to call it off."""
    post.link_of_others(
        Name.FACTOR_RESET_STARTED,
        user,
        cancel_url,
        lifetime,
        effective_at=effective_at.isoformat(),
    )


def factor_reset_link(user: User, url: str, lifetime: timedelta) -> None:
    """It has taken effect: the way to a new factor."""
    post.link_of_others(Name.FACTOR_RESET_LINK, user, url, lifetime)


def factor_reset_cancelled(user: User) -> None:
    """Nothing happens after all."""
    post.of_others(Name.FACTOR_RESET_CANCELLED, user)


def second_factor_reset(user: User) -> None:
    """A new factor has taken the place of all older ones."""
    post.to_user(Name.SECOND_FACTOR_RESET, user)
