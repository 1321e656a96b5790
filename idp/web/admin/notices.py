"""What a page of the administration confirms after something was done, by the key in its address:
never a text from the address.
"""

from __future__ import annotations

from flask import request

from idp.language import gettext as _
from idp.language import gettext_noop

NOTICES = {
    "client-saved": gettext_noop("Saved. It is in force from now on."),
    "client-disabled": gettext_noop("The app is disabled, and everything it was given has ended."),
    "client-enabled": gettext_noop("The app is enabled again."),
    "client-deleted": gettext_noop("The app is deleted."),
    "uri-registered": gettext_noop("The address is registered. Try the app again."),
}


def asked_for() -> str | None:
    """The sentence for this page, if its address names one."""
    notice = NOTICES.get(request.args.get("notice", ""))
    return _(notice) if notice else None
