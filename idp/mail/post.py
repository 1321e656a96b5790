"""Putting mails into the outbox, in the transaction of their cause.

Only facts are written down; a job makes words of them. So a request spends no time on templates,
and the database shows no link: that is sealed, and erased when it has been sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from idp import clock, origin, outbox
from idp.language import current
from idp.logs import printable
from idp.mail import address as addresses
from idp.mail.name import Name
from idp.models import User

KIND = "mail"
HAS_LINK = "has_link"
"""In the payload: without its secret such a mail is nothing."""
LIFETIME = timedelta(hours=24)
"""A warning that is older than a day still stands in the account's history."""


def to_user(name: Name, user: User, **facts: Any) -> None:
    """To the address that is stored (R53). Somebody without one gets no mail."""
    if user.email is not None:
        to_address(name, user.email.address, user.locale, **facts)


def seldom_to_user(name: Name, user: User, period: timedelta) -> None:
    """The same, unless it was said within the period."""
    if user.email is not None:
        address, payload = user.email.address, _payload(name, user.locale, {})
        outbox.put_seldom(KIND, address, payload, key=f"{name}:{user.id}", period=period)


def of_others(name: Name, user: User, **facts: Any) -> None:
    """To the stored address, about what somebody else did, whose browser is not told."""
    if user.email is not None:
        payload = _facts(name, user.locale, facts)
        outbox.put(KIND, addresses.sendable(user.email.address), payload, lifetime=LIFETIME)


def to_address(name: Name, address: str, language: str | None = None, **facts: Any) -> None:
    """To somebody who may have no account."""
    payload = _payload(name, language, facts)
    outbox.put(KIND, addresses.sendable(address), payload, lifetime=LIFETIME)


def link_to_user(name: Name, user: User, url: str, lifetime: timedelta) -> None:
    """To the stored address, with a single-use link."""
    if user.email is not None:
        _put_link(user.email.address, _payload(name, user.locale, {}), url, lifetime)


def link_of_others(name: Name, user: User, url: str, lifetime: timedelta, **facts: Any) -> None:
    """To the stored address, with a single-use link, about what somebody else did."""
    if user.email is not None:
        payload = _facts(name, user.locale, facts)
        _put_link(user.email.address, payload, url, lifetime)


def link_to_address(name: Name, address: str, url: str, lifetime: timedelta, **facts: Any) -> None:
    """To somebody who may have no account, with a single-use link."""
    _put_link(address, _payload(name, None, facts), url, lifetime)


def _put_link(address: str, payload: dict[str, Any], url: str, lifetime: timedelta) -> None:
    payload["facts"]["until"] = (clock.now() + lifetime).isoformat()
    # A link that is dead needs no delivery.
    outbox.put(
        KIND,
        addresses.sendable(address),
        payload | {HAS_LINK: True},
        secret=url.encode(),
        lifetime=min(lifetime, LIFETIME),
    )


def _payload(name: Name, language: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    came_from = origin.current()
    # Whoever has chosen no language gets the one that the page of the moment speaks.
    return _facts(name, language or current(), facts) | {
        "user_agent": printable(came_from.user_agent),
        "address": came_from.address,
    }


def _facts(name: Name, language: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    return {"name": name.value, "language": language, "facts": facts}
