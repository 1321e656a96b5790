"""What the passkey pages of sign-in and of the account share: options for the browser, the name."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from werkzeug.exceptions import NotFound

from idp import origin, user_agent
from idp.authentication.passkey import NAME_LENGTH
from idp.extensions import settings
from idp.language import gettext as _


def require_enabled() -> None:
    """The deployment's switch: without passkeys these addresses do not exist."""
    if not settings().passkeys.enabled:
        raise NotFound


def options(document: str) -> Response:
    """For the script of the page."""
    return Response(document, mimetype="application/json")


def suggested_name() -> str:
    """What the browser and its system are called: often that is where the passkey lives."""
    return user_agent.in_words(origin.current().user_agent)[:NAME_LENGTH]


def chosen_name(form: Mapping[str, str]) -> str:
    """The name the user gave, in one line; a plain one when it was left empty."""
    return " ".join(form.get("device_name", "").split())[:NAME_LENGTH] or _("Passkey")
