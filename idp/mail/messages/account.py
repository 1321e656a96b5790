"""Mails about the account: its password, its address, its browsers and its apps."""

from __future__ import annotations

from idp.mail import post
from idp.mail.name import Name
from idp.models import User


def password_changed(user: User) -> None:
    """There is a new password."""
    post.to_user(Name.PASSWORD_CHANGED, user)


def new_device(user: User) -> None:
    """Somebody signed in with a browser that was not known; which one, the origin tells."""
    post.to_user(Name.NEW_DEVICE, user)


def device_trusted(user: User) -> None:
    """A browser will be asked for the password alone."""
    post.to_user(Name.DEVICE_TRUSTED, user)


def address_change_asked(user: User, new: str) -> None:
    """To the address that there is, before anything changes."""
    post.to_user(Name.ADDRESS_CHANGE_ASKED, user, new_address=new)


def address_changed(user: User, old: str, new: str) -> None:
    """To both: the old one may be the only one that its owner still reads."""
    for address in (old, new):
        post.to_address(
            Name.ADDRESS_CHANGED, address, user.locale, old_address=old, new_address=new
        )


def app_connected(user: User, client_name: str) -> None:
    """An app may use the account from now on."""
    post.to_user(Name.APP_CONNECTED, user, client_name=client_name)


def account_disabled(user: User) -> None:
    """By an administrator."""
    post.of_others(Name.ACCOUNT_DISABLED, user)


def account_closed(address: str, name: str) -> None:
    """The last mail; the account is gone already."""
    post.to_address(Name.ACCOUNT_CLOSED, address, person=name)
