"""Letters that are there for a link."""

from __future__ import annotations

from idp.language import gettext as _
from idp.language import ngettext, spoken_datetime
from idp.mail.letter import Action, Circumstances, Closing, Letter, Occasion

MANY_MINUTES = 120
"""Longer than this, a moment is easier to read."""


def _works_until(of: Occasion) -> str:
    until = of.instant("until")
    minutes = round((until - of.moment).total_seconds() / 60)
    if minutes > MANY_MINUTES:
        return _("The link works once, until %(time)s.", time=spoken_datetime(until))
    return ngettext(
        "The link works once, and for %(num)s minute.",
        "The link works once, and for %(num)s minutes.",
        minutes,
    )


def password_reset(of: Occasion) -> Letter:
    return Letter(
        subject=_("Reset your password"),
        paragraphs=(
            _("Somebody asked for a new password for your account with %(brand)s.", brand=of.brand),
        ),
        action=Action(_("Choose a new password"), of.url),
        notes=(
            _works_until(of),
            _("If you use two-step sign-in, you are asked for your second step as well."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.IGNORE,
    )


def verify_address(of: Occasion) -> Letter:
    return Letter(
        subject=_("Confirm your email address"),
        paragraphs=(
            _(
                "This address was given for an account with %(brand)s. Confirm that it is yours.",
                brand=of.brand,
            ),
        ),
        action=Action(_("Confirm this address"), of.url),
        notes=(_works_until(of),),
        circumstances=Circumstances.BROWSER,
        closing=Closing.IGNORE,
    )


def registration(of: Occasion) -> Letter:
    return Letter(
        subject=_("Finish your registration with %(brand)s", brand=of.brand),
        paragraphs=(
            _(
                "Somebody wants to register with %(brand)s under this address. If it was you, go on"
                " here.",
                brand=of.brand,
            ),
        ),
        action=Action(_("Go on with the registration"), of.url),
        notes=(_works_until(of),),
        circumstances=Circumstances.BROWSER,
        closing=Closing.IGNORE,
    )


def already_registered(of: Occasion) -> Letter:
    return Letter(
        subject=_("You already have an account with %(brand)s", brand=of.brand),
        paragraphs=(
            _(
                "Somebody tried to register with %(brand)s under this address. There is an account"
                " with it already, so nothing was changed.",
                brand=of.brand,
            ),
            _(
                "If it was you: sign in. If you don't know your password any more, the sign-in page"
                " leads to a new one."
            ),
        ),
        action=Action(_("Sign in"), of.page("/account/")),
        circumstances=Circumstances.BROWSER,
        closing=Closing.IGNORE,
    )


def invitation(of: Occasion) -> Letter:
    who, brand = of.name("invited_by"), of.brand
    return Letter(
        subject=_("You are invited to %(brand)s", brand=brand),
        paragraphs=(
            _("%(person)s invites you to have an account with %(brand)s.", person=who, brand=brand),
        ),
        action=Action(_("Accept the invitation"), of.url),
        notes=(_works_until(of),),
        circumstances=Circumstances.NONE,
        closing=Closing.IGNORE,
    )


def address_change(of: Occasion) -> Letter:
    return Letter(
        subject=_("Confirm your new email address"),
        paragraphs=(
            _(
                "This is to be the new email address of an account with %(brand)s. Until you"
                " confirm it, the old one stays.",
                brand=of.brand,
            ),
        ),
        action=Action(_("Confirm this address"), of.url),
        notes=(_works_until(of),),
        circumstances=Circumstances.BROWSER,
        closing=Closing.IGNORE,
    )
