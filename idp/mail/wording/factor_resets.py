"""Letters about a reset of second factors that an administrator started."""

from __future__ import annotations

from idp.language import gettext as _
from idp.language import spoken_datetime
from idp.mail.letter import Action, Circumstances, Closing, Letter, Occasion
from idp.mail.wording.factors import SECURITY_PAGE


def started(of: Occasion) -> Letter:
    return Letter(
        subject=_("An administrator wants to reset your two-step sign-in"),
        paragraphs=(
            _(
                "An administrator of %(brand)s started a reset of the second step of your account,"
                " as for somebody who has lost a phone.",
                brand=of.brand,
            ),
            _(
                "Nothing has changed yet. The reset takes effect on %(time)s, or earlier if a"
                " second administrator approves it. Then you get a link to set up a new second"
                " step.",
                time=spoken_datetime(of.instant("effective_at")),
            ),
            _(
                "If you did not ask for this, call it off. Signing in with your second step does"
                " so, too."
            ),
        ),
        action=Action(_("Call off the reset"), of.url),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )


def link(of: Occasion) -> Letter:
    return Letter(
        subject=_("Set up a new second step"),
        paragraphs=(
            _(
                "The reset of the second step of your account with %(brand)s is in effect. Open the"
                " link, sign in with your password, and set up a new authenticator app or passkey.",
                brand=of.brand,
            ),
            _(
                "What you have now works until the new one does. Then it ends, and you are signed"
                " out everywhere else."
            ),
        ),
        action=Action(_("Set up a new second step"), of.url),
        notes=(
            _("The link works once, until %(time)s.", time=spoken_datetime(of.instant("until"))),
            _("If you did not ask for this, change your password, and call the reset off."),
        ),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )


def cancelled(of: Occasion) -> Letter:
    return Letter(
        subject=_("The reset of your two-step sign-in was called off"),
        paragraphs=(
            _(
                "The reset of the second step of your account with %(brand)s will not happen."
                " Everything stays as it was.",
                brand=of.brand,
            ),
        ),
        action=Action(_("Open the security page"), of.page(SECURITY_PAGE)),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )


def second_factor_reset(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your two-step sign-in was reset by an administrator"),
        paragraphs=(
            _(
                "After a reset by an administrator of %(brand)s, somebody with your password set up"
                " a new second step. Every older authenticator app, passkey and recovery code of"
                " your account ended, and you are signed out everywhere else.",
                brand=of.brand,
            ),
            _("If it was not you, tell whoever runs this service at once."),
        ),
        action=Action(_("Open the security page"), of.page(SECURITY_PAGE)),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NONE,
    )
