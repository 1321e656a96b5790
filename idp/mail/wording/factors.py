"""Letters about the second factors that an account has."""

from __future__ import annotations

from idp.language import gettext as _
from idp.language import ngettext, spoken_date
from idp.mail.letter import Action, Circumstances, Closing, Letter, Occasion

FEW_CODES = 3
"""From then on new ones are offered (R29)."""
SECURITY_PAGE = "/account/security"


def _happened(subject: str, *paragraphs: str) -> Letter:
    return Letter(
        subject=subject,
        paragraphs=paragraphs,
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def totp_added(of: Occasion) -> Letter:
    return _happened(
        _("An authenticator app was added to your account"),
        _(
            "The authenticator app “%(name)s” can now be used to sign in to %(brand)s.",
            name=of.name("label"),
            brand=of.brand,
        ),
    )


def totp_added_for(of: Occasion) -> Letter:
    return Letter(
        subject=_("An administrator added an authenticator app to your account"),
        paragraphs=(
            _(
                "An administrator of %(brand)s set up an authenticator app for your account, and"
                " hands it over to you.",
                brand=of.brand,
            ),
            _("If nobody told you about it, look at the security page, and ask."),
        ),
        circumstances=Circumstances.TIME,
        closing=Closing.NOT_ME,
    )


def totp_removed(of: Occasion) -> Letter:
    return _happened(
        _("An authenticator app was removed from your account"),
        _(
            "The codes of the authenticator app “%(name)s” are not accepted by %(brand)s any more.",
            name=of.name("label"),
            brand=of.brand,
        ),
    )


def passkey_added(of: Occasion) -> Letter:
    return _happened(
        _("A passkey was added to your account"),
        _(
            "The passkey “%(name)s” can now be used to sign in to %(brand)s.",
            name=of.name("label"),
            brand=of.brand,
        ),
    )


def passkey_removed(of: Occasion) -> Letter:
    return _happened(
        _("A passkey was removed from your account"),
        _(
            "The passkey “%(name)s” is not accepted by %(brand)s any more.",
            name=of.name("label"),
            brand=of.brand,
        ),
    )


def recovery_code_used(of: Occasion) -> Letter:
    left = of.number("left")
    return _happened(
        ngettext(
            "A recovery code was used: %(num)s left", "A recovery code was used: %(num)s left", left
        ),
        _(
            "Somebody signed in to %(brand)s with your password and one of your recovery codes.",
            brand=of.brand,
        ),
        *_few_left(left),
    )


def _few_left(left: int) -> tuple[str, ...]:
    if left == 0:
        return (_("That was the last one. Make new ones on the security page."),)
    if left <= FEW_CODES:
        return (
            ngettext(
                "Only %(num)s code is left. Make new ones on the security page.",
                "Only %(num)s codes are left. Make new ones on the security page.",
                left,
            ),
        )
    return ()


def recovery_codes_renewed(of: Occasion) -> Letter:
    return _happened(
        _("Your account has new recovery codes"),
        _(
            "New recovery codes were made for your account with %(brand)s. The old ones don't work"
            " any more.",
            brand=of.brand,
        ),
    )


def second_factor_due(of: Occasion) -> Letter:
    return Letter(
        subject=_("Set up two-step sign-in by %(date)s", date=spoken_date(of.instant("by"))),
        paragraphs=(
            _(
                "Your account with %(brand)s needs two-step sign-in soon. From then on you can't"
                " sign in without it.",
                brand=of.brand,
            ),
            _("It takes a minute or two, and a phone."),
        ),
        action=Action(_("Open the security page"), of.page(SECURITY_PAGE)),
        circumstances=Circumstances.NONE,
        closing=Closing.NONE,
    )
