"""The settings as they are in force, and what the doctor says about the whole."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from flask import Response

from idp import doctor
from idp.accounts.permissions import Permission
from idp.doctor import Level
from idp.effective_settings import effective
from idp.extensions import settings as current_settings
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.pages import page

READS = access.admin(Permission.SETTINGS_READ)
LEVELS = {
    Level.ERROR: gettext_noop("Mend this first"),
    Level.WARNING: gettext_noop("Worth mending"),
    Level.OK: gettext_noop("All well"),
}


@blueprint.get("/settings")
@access.access(READS)
def settings() -> Response:
    """They are changed where the process is started, not here."""
    rows = [
        (setting.name, _plain(setting.value), setting.source)
        for setting in effective(current_settings())
    ]
    return page("admin/settings.html", rows=rows)


@blueprint.get("/doctor")
@access.access(READS)
def examination() -> Response:
    """Every check, the worst first. It takes as long as the checks do."""
    found = doctor.examine()
    groups = [
        (level.value, _(text), [(subject, one) for subject, one in found if one.level is level])
        for level, text in LEVELS.items()
    ]
    return page("admin/doctor.html", groups=[group for group in groups if group[2]])


def _plain(value: object) -> str:
    match value:
        case None | "" | ():
            return ""
        case bool():
            return "true" if value else "false"
        case timedelta():
            return f"{value.total_seconds():.0f} s"
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(str, value))
    return str(value)
