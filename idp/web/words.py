"""What the pages say: one table per subject, so that a text is found and
translated in one place.
"""

from __future__ import annotations

from datetime import timedelta

from idp.accounts.last_factor import Need
from idp.authentication.verdict import Reason
from idp.language import gettext as _
from idp.language import gettext_noop, ngettext

PROBLEMS = {
    Reason.WRONG_CREDENTIALS: gettext_noop("That email or password isn't right."),
    Reason.MALFORMED: gettext_noop("Type the 6 digits that your authenticator app shows."),
    Reason.WRONG_CODE: gettext_noop(
        "That code didn't work. Each code works once; wait for the next one."
    ),
    Reason.FROZEN: gettext_noop(
        "Codes from your authenticator app are paused for your protection."
    ),
    Reason.KNOWN_BROWSERS_ONLY: gettext_noop(
        "Too many wrong passwords were tried from browsers that have not signed in here before. "
        "Use a browser that has, or reset your password."
    ),
    Reason.CLOCK: gettext_noop(
        "Codes can't be checked right now, which is our fault. Use a recovery code."
    ),
    Reason.EXPIRED: gettext_noop(
        "That took too long, so here is a new one. Set it up again with this one."
    ),
    Reason.EXHAUSTED: gettext_noop("Too many codes didn't work. To try again, start at the app."),
}
PASSKEY_PROBLEMS = {
    Reason.EXPIRED: gettext_noop("That took too long. Try again."),
    Reason.PASSKEY_REFUSED: gettext_noop(
        "That passkey didn't work. Try again, or use another way to sign in."
    ),
    Reason.PASSKEY_KNOWN: gettext_noop("This passkey has been added already."),
}
UNUSABLE_PASSKEY = gettext_noop("That passkey can't be used here. Try again.")
WRONG_RECOVERY_CODE = gettext_noop(
    "That code didn't work. Check for typing errors; each code works once."
)

NO_NEW_CODE = gettext_noop(
    "That code didn't work. Type the code of the entry that you just added. If you scanned more "
    "than once, delete the older entries."
)
"""While an authenticator app is set up, its other entries are what a code comes from by mistake."""

NEEDED = {
    Need.ROLE: gettext_noop(
        "Whoever administers others needs two-step sign-in, so the last way to do it can't be "
        "removed. Add another one first."
    ),
    Need.POLICY: gettext_noop(
        "Your account needs two-step sign-in, so the last way to do it can't be removed. Add "
        "another one first."
    ),
}
"""Why the last second factor stays."""

PURPOSES = {
    "add-totp": gettext_noop("Before you add an authenticator app"),
    "replace-totp": gettext_noop("Before you replace an authenticator app"),
    "remove-totp": gettext_noop("Before you remove an authenticator app"),
    "add-passkey": gettext_noop("Before you add a passkey"),
    "remove-passkey": gettext_noop("Before you remove a passkey"),
    "change-email": gettext_noop("Before you change your email address"),
    "recovery-codes": gettext_noop("Before you see new recovery codes"),
    "change-password": gettext_noop("Before you change your password"),
    "export": gettext_noop("Before you download your data"),
    "close-account": gettext_noop("Before you close your account"),
    "change-people": gettext_noop("Before you change somebody's account"),
    "import-people": gettext_noop("Before you import people"),
    "export-people": gettext_noop("Before you take everybody's account along"),
    "change-roles": gettext_noop("Before you change who administers"),
    "change-keys": gettext_noop("Before you change the keys that sign tokens"),
    "change-mail": gettext_noop("Before you send mail"),
    "see-claims": gettext_noop("Before you see what apps are told about somebody"),
    "change-groups": gettext_noop("Before you change what apps learn about people"),
    "change-apps": gettext_noop("Before you change how apps sign people in"),
}
"""Why a step-up asks, by the purpose of the page that wants it."""


def problem(reason: Reason) -> str:
    """The sentence for a refusal."""
    return _(PROBLEMS[reason])


def enrolment_problem(reason: Reason) -> str:
    """The sentence for a first code that confirms no new authenticator app."""
    return _(NO_NEW_CODE) if reason is Reason.WRONG_CODE else problem(reason)


def needed(need: Need) -> str:
    """Why the last second factor can't be removed."""
    return _(NEEDED[need])


def purpose(key: str | None) -> str | None:
    """Why a step-up asks; None for whatever is no step-up."""
    return _(PURPOSES[key]) if key in PURPOSES else None


def passkey_problem(reason: Reason) -> str:
    """The sentence for a passkey that did not let anybody in."""
    return _(PASSKEY_PROBLEMS[reason])


def new_passkey_problem(reason: Reason) -> str:
    """The sentence for a passkey that could not be added."""
    if reason is Reason.PASSKEY_REFUSED:
        return _(UNUSABLE_PASSKEY)
    return _(PASSKEY_PROBLEMS[reason])


def wait(time: timedelta) -> str:
    """The sentence for a throttled try."""
    return _("Too many tries. Wait %(time)s, then try again.", time=spoken(time))


def wait_or_reset(time: timedelta) -> str:
    """The same where a password is asked for, which may also be forgotten."""
    return _("Too many tries. Wait %(time)s, or reset your password.", time=spoken(time))


def whole_seconds(time: timedelta) -> int:
    """For `Retry-After` and countdowns: rounded up, at least one."""
    return max(1, -int(-time.total_seconds() // 1))


def spoken(time: timedelta) -> str:
    """A waiting time, rounded up: "40 seconds", "4 minutes", "2 hours"."""
    seconds = whole_seconds(time)
    if seconds > 3600:
        return ngettext("%(num)s hour", "%(num)s hours", -(-seconds // 3600))
    if seconds >= 60:
        return ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60))
    return ngettext("%(num)s second", "%(num)s seconds", seconds)


def clock_hint(steps: int) -> str:
    """How far off the phone's clock seems, from the steps by which two codes missed."""
    time = spoken(timedelta(seconds=abs(steps) * 30))
    if steps < 0:
        return _("Your phone's clock seems %(time)s slow. Set its time to automatic.", time=time)
    return _("Your phone's clock seems %(time)s fast. Set its time to automatic.", time=time)
