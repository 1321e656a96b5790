"""The language of pages, and the marking of every text that users read."""

from __future__ import annotations

from flask import Flask

LANGUAGE = "en"


def gettext(text: str, **values: object) -> str:
    """The text in the user's language, with named values filled in."""
    return text % values if values else text


def install(app: Flask) -> None:
    """Templates mark their texts with `_`."""
    app.jinja_env.globals["_"] = gettext
