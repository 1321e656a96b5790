"""What an account page confirms after something was done, by the key in its address: never a text
from the address.
"""

from __future__ import annotations

from flask import request

from idp.language import gettext as _
from idp.language import gettext_noop

NOTICES = {
    "totp-added": gettext_noop("Authenticator app added."),
    "totp-removed": gettext_noop("Authenticator app removed."),
    "passkey-added": gettext_noop("Passkey added."),
    "passkey-renamed": gettext_noop("The name was changed."),
    "passkey-removed": gettext_noop("Passkey removed."),
    "password-changed": gettext_noop("Your password was changed."),
    "password-changed-everywhere": gettext_noop(
        "Your password was changed, and you're signed out everywhere else."
    ),
    "codes-saved": gettext_noop("Your recovery codes are in force."),
    "codes-renewed": gettext_noop(
        "Your new recovery codes are in force. The older ones have ended."
    ),
    "profile-saved": gettext_noop("Saved."),
    "email-asked": gettext_noop("We've mailed a link to the new address. It works for 30 minutes."),
    "email-kept": gettext_noop("Your address stays as it is."),
    "email-changed": gettext_noop("Your email address is changed."),
    "verification-sent": gettext_noop("Check your mail. The link works for 30 minutes."),
    "session-ended": gettext_noop("That browser is signed out."),
    "device-untrusted": gettext_noop("That browser is trusted no more."),
    "devices-untrusted": gettext_noop("No browser is trusted any more."),
    "others-ended": gettext_noop("You're signed out everywhere else."),
    "app-removed": gettext_noop("The app was removed. It has no access any more."),
    "app-signed-out": gettext_noop("The app was signed out of your account."),
    "totp-renamed": gettext_noop("The name was changed."),
    "reset-cancelled": gettext_noop("The reset is called off. Your second step stays as it is."),
    "totp-replaced": gettext_noop("The new authenticator app works, and the old one was removed."),
}


def asked_for() -> str | None:
    """The sentence for this page, if its address names one."""
    notice = NOTICES.get(request.args.get("notice", ""))
    return _(notice) if notice else None
