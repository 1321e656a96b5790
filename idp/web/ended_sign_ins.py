"""The pages of a sign-in that cannot go on, with the way back to its own app."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response

from idp.clients import registry
from idp.language import gettext as _
from idp.models import Interaction, Kind
from idp.web import words
from idp.web.pages import page


def unknown() -> Response:
    """Another browser, another site's cookies, or an address that never was: all the same from
    outside.
    """
    message = _("This sign-in belongs to another browser, or cookies are switched off.")
    return _ended(None, 404, message)


def finished(interaction: Interaction) -> Response:
    """Come back to one that is done, by the back button for instance."""
    if interaction.kind == Kind.DEVICE:
        message = _("The device has its answer. You can close this page.")
        return _ended(None, 410, message, heading=_("That sign-in is over"), is_over=True)
    message = _("It was finished or cancelled. To sign in again, start at the app.")
    return _ended(interaction, 410, message, heading=_("That sign-in is over"), is_over=True)


def too_late(interaction: Interaction) -> Response:
    """Come back to one that took too long."""
    message = _("This sign-in took too long and has ended, to keep your account safe.")
    return _ended(interaction, 410, message)


def exhausted(interaction: Interaction, wait: timedelta) -> Response:
    """Too many wrong codes: this sign-in is over, the account is not. `wait`: before another one
    gets far.
    """
    message = _("Too many codes didn't work, so this sign-in has ended to keep your account safe.")
    seconds = words.whole_seconds(wait)
    told = {"wait": words.wait(wait), "retry_after": seconds if wait else None}
    response = _ended(interaction, 429, message, **told)
    response.headers["Retry-After"] = str(seconds)
    return response


def _ended(interaction: Interaction | None, status: int, message: str, **told: Any) -> Response:
    """`interaction`: None where nothing leads back to an app."""
    client_id = interaction.client_id if interaction else None
    client = registry.find(client_id) if client_id else None
    return page(
        "errors/expired.html",
        status,
        message=message,
        client_name=client.client_name if client else None,
        home_url=client.home_url if client else None,
        **told,
    )
