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

COOKIE = "language"
_ON = "~"
_TOLD_BY_THE_APP = frozenset({"protocol.authorize", "sign_out.logout"})
"""Where `ui_locales` stands in the request itself (OIDC Core §3.1.2.1, RP-Initiated Logout §2)."""


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


def choice(tag: str, interaction_id: str | None) -> str:
    """The cookie's value. Chosen by hand in the middle of a sign-in, a language counts for more
    than the app's wish there.
    """
    return f"{tag}{_ON}{interaction_id}" if interaction_id else tag


def _wishes() -> Iterator[str]:
    chosen, _, interaction_id = request.cookies.get(COOKIE, "").partition(_ON)
    if "visit" in g:
        interaction = g.visit.interaction
        if interaction.id == interaction_id:
            yield chosen
        yield from interaction.parameters.get("ui_locales", ())
    elif request.endpoint in _TOLD_BY_THE_APP:
        # Of the query alone: a body may be too large, or be read by now.
        yield from request.args.get("ui_locales", "").split()
    locale = next((one.locale for one in browser.signed_in()), None)
    if locale:
        yield locale
    yield chosen
    yield from (tag for tag, quality in request.accept_languages if quality > 0)
