"""Mails to people who look after an app, or do so no more."""

from __future__ import annotations

from idp.mail import post
from idp.mail.name import Name
from idp.models import Standing, User


def app_person_added(user: User, client_name: str, standing: Standing) -> None:
    """Somebody made them owner or contact."""
    post.of_others(Name.APP_PERSON_ADDED, user, client_name=client_name, standing=str(standing))


def app_person_removed(user: User, client_name: str) -> None:
    """Somebody took them from the list, or they did."""
    post.of_others(Name.APP_PERSON_REMOVED, user, client_name=client_name)
