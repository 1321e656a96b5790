"""Mails with a single-use link, and the one that stands in for such a mail."""

from __future__ import annotations

from datetime import timedelta

from idp.extensions import settings
from idp.mail import post
from idp.mail.name import Name
from idp.models import User

LINK_LIFETIME = timedelta(minutes=30)
"""R50. A link that is dead needs no delivery."""


def password_reset(user: User, url: str) -> None:
    """Somebody asked for it; to the stored address and never to one that was typed (R53)."""
    post.link_to_user(Name.PASSWORD_RESET, user, url, LINK_LIFETIME)


def verify_address(address: str, url: str) -> None:
    """To prove an address that an account has been given."""
    post.link_to_address(Name.VERIFY_ADDRESS, address, url, LINK_LIFETIME)


def registration(address: str, url: str) -> None:
    """To go on with a registration."""
    lifetime = settings().accounts.registration_lifetime
    post.link_to_address(Name.REGISTRATION, address, url, lifetime)


def already_registered(user: User) -> None:
    """Instead of `registration`: the page must not tell strangers, the mail may tell the owner."""
    post.to_user(Name.ALREADY_REGISTERED, user)


def invitation(address: str, url: str, invited_by: str) -> None:
    """To join."""
    lifetime = settings().accounts.invitation_lifetime
    post.link_to_address(Name.INVITATION, address, url, lifetime, invited_by=invited_by)


def address_change(address: str, url: str) -> None:
    """To the new address, to prove it."""
    post.link_to_address(Name.ADDRESS_CHANGE, address, url, LINK_LIFETIME)
