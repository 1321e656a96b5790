"""Where the pages of sign-in offer a passkey."""

from __future__ import annotations

from idp.authentication import passkey
from idp.extensions import settings
from idp.web.current import Visit
from idp.web.interaction.routes import known_user, url


def offer(visit: Visit) -> dict[str, str] | None:
    """What the page's button needs. None: nobody who could be meant has one."""
    known = known_user(visit)
    is_offered = passkey.is_usable(known.id) if known else settings().passkeys.enabled
    if not is_offered:
        return None
    return {
        "action": url(visit.interaction, "submit_passkey"),
        "options": url(visit.interaction, "passkey_options"),
    }
