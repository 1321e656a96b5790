"""How the account is shown: name, e-mail address, language, and this browser's colours."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import email_change
from idp.accounts import profile as profiles
from idp.accounts.invalid import Invalid
from idp.language import LANGUAGES
from idp.web import access, current
from idp.web.account import notices
from idp.web.account.routes import blueprint, me
from idp.web.language import COOKIE as LANGUAGE_COOKIE
from idp.web.pages import FAILED_FORM, THEME_COOKIE, THEMES, page, see_other, theme

YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/profile")
@access.access(access.SIGNED_IN)
def profile() -> Response:
    """The form with what there is, and the way to another address."""
    user = me()
    return _show(name=user.name, locale=user.locale or profiles.BY_BROWSER, theme=theme())


@blueprint.post("/profile")
@access.access(access.SIGNED_IN)
def submit_profile() -> Response:
    """Name and language belong to the account, the colours to this browser."""
    name, locale = request.form.get("name", ""), request.form.get("language", "")
    chosen = request.form.get("theme", theme())
    match profiles.change(me(), name=name, locale=locale):
        case Invalid(problems=problems):
            return _show(FAILED_FORM, name=name, locale=locale, theme=chosen, errors=dict(problems))
    # What this browser was told at the foot of a page gives way to what was said here.
    current.cookies().changes[LANGUAGE_COOKIE] = (locale or None, YEAR_SECONDS)
    if chosen in THEMES:
        current.cookies().changes[THEME_COOKIE] = (chosen, YEAR_SECONDS)
    return see_other(url_for("account.profile", notice="profile-saved"))


def _show(
    status: int = 200, *, name: str, locale: str, theme: str, errors: dict[str, str] | None = None
) -> Response:
    user = me()
    return page(
        "account/profile.html",
        status,
        name=name,
        chosen_language=locale,
        languages=LANGUAGES,
        by_browser=profiles.BY_BROWSER,
        chosen_theme=theme,
        themes=THEMES,
        address=user.email,
        pending=email_change.pending(user),
        errors=errors or {},
        notice=notices.asked_for(),
        action=url_for("account.submit_profile"),
        change_url=url_for("account.change_email"),
        cancel_action=url_for("account.cancel_email_change"),
        verify_action=url_for("account.send_verification"),
    )
