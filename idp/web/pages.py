"""Rendering: what every template may use, and the one function that renders one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from config import Environment
from idp import language, origin
from idp.branding import Brand
from idp.extensions import db, settings
from idp.models import User
from idp.web import csrf, current
from idp.web.access import Door

FAILED_FORM = 422
"""The form was understood and refused; the page says why and keeps what may be kept."""

RESUMED = "resumed"
"""In the address of a page: the step-up that interrupted its form."""

_PERSONAL = frozenset({Door.SIGNED_IN, Door.ADMINISTRATION})

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def install(app: Flask) -> None:
    """Variables and filters of all templates."""
    app.context_processor(_variables)
    app.jinja_env.filters["date"] = language.spoken_date
    app.jinja_env.filters["datetime"] = language.spoken_datetime
    app.jinja_env.globals["static_url"] = static_url


def page(template: str, code: int = 200, /, **context: Any) -> Response:
    """Render a page."""
    return make_response(render_template(template, **context), code)


def see_other(location: str) -> Response:
    """303: the answer to a form is somewhere else, and is fetched by GET (RFC 9700 §4.12)."""
    return make_response(redirect(location, 303))


def theme() -> str:
    """The colour scheme this browser asked for."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def static_url(path: str) -> str:
    """A URL that changes with the file's content, so that it may be cached for ever."""
    folder = current_app.static_folder or ""
    file = Path(folder, path)
    return url_for("static", filename=path, v=_fingerprint(str(file), file.stat().st_mtime_ns))


@lru_cache(maxsize=512)
def _fingerprint(path: str, _modified: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def brand() -> Brand:
    """What this provider's pages wear."""
    found: Brand = current_app.extensions["idp.brand"]
    return found


def brand_urls() -> dict[str, str]:
    """Where its files are; an address changes with what it holds."""
    files = {"logo": brand().logo, "icon": brand().icon, "stylesheet": brand().stylesheet}
    return {
        f"{name}_url": url_for(f"brand.{name}", v=file.version)
        for name, file in files.items()
        if file is not None
    }


def _variables() -> dict[str, Any]:
    return {
        "brand": {"name": brand().name, "support_url": brand().support_url} | brand_urls(),
        "lang": language.current(),
        "csrf_token": csrf.token(),
        "browser_csrf_token": csrf.browser_token(),
        "request_reference": origin.current().reference,
        "theme": theme(),
        "theme_switch": True,
        "account_url": url_for("account.overview"),
        "sign_out_action": url_for("sign_out.leave") if g.get("recognised_session") else None,
        "signed_in_as": _signed_in_as(),
        "resumed": g.get("typed", {}),
        "is_development": settings().environment is Environment.DEVELOPMENT,
    }


def _signed_in_as() -> str | None:
    """Whose page of the account or the administration this is, by address, for its head."""
    rule = current.access()
    if rule is None or rule.door not in _PERSONAL or not g.get("recognised_session"):
        return None
    user = db.session.get(User, current.session().user_id)
    return user.email.address if user and user.email else None
