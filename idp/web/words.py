"""What the pages say: one table per subject, so that a text is found and
translated in one place.
"""

from __future__ import annotations

from datetime import timedelta

from idp.authentication.verdict import Reason
from idp.language import gettext as _

PROBLEMS = {
    Reason.WRONG_CREDENTIALS: "That email or password isn't right.",
    Reason.MALFORMED: "Type the 6 digits that your authenticator app shows.",
    Reason.WRONG_CODE: "That code didn't work. Each code works once; wait for the next one.",
    Reason.FROZEN: "Codes from your authenticator app are paused for your protection.",
    Reason.CLOCK: "Codes can't be checked right now, which is our fault. Use a recovery code.",
    Reason.EXPIRED: "That took too long, so here is a new one. Set it up again with this one.",
    Reason.EXHAUSTED: "Too many codes didn't work. To try again, start at the app.",
}
WRONG_RECOVERY_CODE = "That code didn't work. Check for typing errors; each code works once."
THROTTLED = "Too many tries. Wait %(time)s, then try again."

PURPOSES = {
    "add-totp": "Before you add an authenticator app",
    "remove-totp": "Before you remove an authenticator app",
    "recovery-codes": "Before you see new recovery codes",
}
"""Why a step-up asks, by the purpose of the page that wants it."""


def problem(reason: Reason) -> str:
    """The sentence for a refusal."""
    return _(PROBLEMS[reason])


def wait(time: timedelta) -> str:
    """The sentence for a throttled try."""
    return _(THROTTLED, time=spoken(time))


def whole_seconds(time: timedelta) -> int:
    """For `Retry-After` and countdowns: rounded up, at least one."""
    return max(1, -int(-time.total_seconds() // 1))


def spoken(time: timedelta) -> str:
    """A waiting time, rounded up: "40 seconds", "4 minutes", "2 hours"."""
    seconds = whole_seconds(time)
    for size, one, many in ((3600, "1 hour", "%(n)s hours"), (60, "1 minute", "%(n)s minutes")):
        if seconds > size or (size == 60 and seconds == 60):
            number = -(-seconds // size)
            return _(one) if number == 1 else _(many, n=number)
    return _("1 second") if seconds == 1 else _("%(n)s seconds", n=seconds)


def clock_hint(steps: int) -> str:
    """How far off the phone's clock seems, from the steps by which two codes missed."""
    direction = _("slow") if steps < 0 else _("fast")
    return _(
        "Your phone's clock seems %(time)s %(direction)s. Set its time to automatic.",
        time=spoken(timedelta(seconds=abs(steps) * 30)),
        direction=direction,
    )
