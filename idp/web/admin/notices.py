"""What a page of the administration confirms after something was done, by the key in its address:
never a text from the address.
"""

from __future__ import annotations

from flask import request

from idp.language import gettext as _
from idp.language import gettext_noop

NOTICES = {
    "user-disabled": gettext_noop("The account is disabled. Everything that it had has ended."),
    "user-enabled": gettext_noop("The account is enabled. Nothing that ended comes back."),
    "user-unlocked": gettext_noop("The waits are lifted."),
    "user-signed-out": gettext_noop("Every browser is signed out, and every app's tokens ended."),
    "user-reset-started": gettext_noop("A link for a new password was mailed to the account."),
    "reset-started": gettext_noop("The reset is started, and the person is told by mail."),
    "reset-approved": gettext_noop("The reset is approved. A link was mailed to the account."),
    "reset-mailed": gettext_noop("Another link was mailed to the account."),
    "reset-cancelled": gettext_noop("The reset is called off."),
    "user-unchanged": gettext_noop("There was nothing to do."),
    "user-invited": gettext_noop("The invitation was mailed."),
    "import-cancelled": gettext_noop("The file is thrown away. Accounts that were made stay."),
    "role-changed": gettext_noop("The role is changed. It is in force from now on."),
    "group-saved": gettext_noop("The group is saved. It is in force from now on."),
    "group-deleted": gettext_noop("The group is deleted."),
    "member-added": gettext_noop("The person is in the group from now on."),
    "member-removed": gettext_noop("The person is in the group no more."),
    "member-unchanged": gettext_noop("It was so before."),
    "claim-saved": gettext_noop("The claim is saved. It is in force from now on."),
    "claim-deleted": gettext_noop("The claim is deleted."),
    "claims-saved": gettext_noop("Saved. Apps learn it when they ask the next time."),
    "key-rotated": gettext_noop("A new key is published. It signs once every app could see it."),
    "mail-retried": gettext_noop("The mail is tried again."),
    "mail-sent": gettext_noop("The test mail was sent."),
    "client-saved": gettext_noop("Saved. It is in force from now on."),
    "client-disabled": gettext_noop("The app is disabled, and everything it was given has ended."),
    "client-enabled": gettext_noop("The app is enabled again."),
    "client-unchanged": gettext_noop("There was nothing to change."),
    "old-secret-revoked": gettext_noop("The old secret has ended. The new one stays good."),
    "client-deleted": gettext_noop("The app is deleted."),
    "person-added": gettext_noop("Added, and told by mail."),
    "person-removed": gettext_noop("Removed. The app's pages are closed to them from now on."),
    "mended": gettext_noop("Registered. Try the app again."),
}


def asked_for() -> str | None:
    """The sentence for this page, if its address names one."""
    notice = NOTICES.get(request.args.get("notice", ""))
    return _(notice) if notice else None
