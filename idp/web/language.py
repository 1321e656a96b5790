"""Which language a request is answered in, and the marking of texts in templates.

The app's wish (`ui_locales`) comes first, then the account's, this browser's (the switch at the
foot of every page), and `Accept-Language`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, g, has_request_context, request

from idp import language
from idp.language import gettext, ngettext
from idp.web import browser

__all__ = ["gettext"]
COOKIE = "language"


def install(app: Flask) -> None:
    """Templates mark their texts with `_`, `ngettext` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals["languages"] = language.LANGUAGES


def enter() -> None:
    """Decided when the first text is wanted: by then the guards know who is here and why."""
    language.enter(of_this_request)


def of_this_request() -> str:
    """The same for the whole answer."""
    if not has_request_context():
        return language.SOURCE
    if "language" not in g:
        g.language = language.negotiate(_wishes()) or language.SOURCE
    chosen: str = g.language
    return chosen


def _wishes() -> Iterator[str]:
    if "visit" in g:
        yield from g.visit.interaction.parameters.get("ui_locales", ())
    session = browser.recognised_session()
    if session is not None and session.locale:
        yield session.locale
    if COOKIE in request.cookies:
        yield request.cookies[COOKIE]
    yield from (tag for tag, quality in request.accept_languages if quality > 0)
