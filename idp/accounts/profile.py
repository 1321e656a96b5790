"""What people may change about themselves without further proof: name and language."""

from __future__ import annotations

from idp import audit, clock
from idp.accounts import create
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.language import LANGUAGES
from idp.language import gettext as _
from idp.models import User

BY_BROWSER = ""
"""No language of the account's own: what each browser asks for."""


def change(user: User, *, name: str, locale: str) -> Invalid | None:
    """Nothing else of an account is touched, whatever else was sent (A47)."""
    name = create.tidy_name(name)
    found: dict[str, str] = {}
    if problem := create.name_problem(name):
        found["name"] = problem
    if locale not in {BY_BROWSER, *LANGUAGES}:
        found["language"] = _("Choose one of these languages.")
    if found:
        return Invalid(found)
    changed = [
        field
        for field, old, new in (("name", user.name, name), ("language", user.locale or "", locale))
        if old != new
    ]
    if changed:
        user.name, user.locale, user.updated_at = name, locale or None, clock.now()
        audit.record(catalogue.ProfileChanged(user_id=user.id, changed=changed))
    return None


def change_language(user: User, locale: str) -> None:
    """The switch at the foot of every page; `locale` is one of ours."""
    if user.locale != locale:
        user.locale, user.updated_at = locale, clock.now()
        audit.record(catalogue.ProfileChanged(user_id=user.id, changed=["language"]))
