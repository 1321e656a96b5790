"""Letters about the account: its password, its address, its browsers and its apps."""

from __future__ import annotations

from idp.language import gettext as _
from idp.mail.letter import Action, Circumstances, Closing, Letter, Occasion


def password_changed(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your password was changed"),
        paragraphs=(
            _("Your account with %(brand)s has a new password.", brand=of.brand),
            _("From now on only the new one is accepted."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def address_change_asked(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your account is to have another email address"),
        paragraphs=(
            _(
                "Somebody who is signed in to your account with %(brand)s wants its email address"
                " to be %(new)s.",
                brand=of.brand,
                new=of.facts["new_address"],
            ),
            _("Nothing has changed yet: the new address has to be confirmed first."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def address_changed(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your email address was changed"),
        paragraphs=(
            _(
                "The email address of your account with %(brand)s was %(old)s and is now %(new)s.",
                brand=of.brand,
                old=of.facts["old_address"],
                new=of.facts["new_address"],
            ),
            _("You sign in with the new address, and only the new one gets mails from now on."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def app_connected(of: Occasion) -> Letter:
    app = of.name("client_name")
    return Letter(
        subject=_("%(app)s can now use your account", app=app),
        paragraphs=(
            _(
                "You allowed “%(app)s” to use your account with %(brand)s.",
                app=app,
                brand=of.brand,
            ),
            _("You can remove its access any time under Connected apps."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def new_device(of: Occasion) -> Letter:
    return Letter(
        subject=_("New sign-in to %(brand)s: %(browser)s", brand=of.brand, browser=of.browser),
        paragraphs=(
            _(
                "Somebody signed in to your account with %(brand)s, in a browser that was not used"
                " for it before.",
                brand=of.brand,
            ),
            _("If it was you, there is nothing to do."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def device_trusted(of: Occasion) -> Letter:
    return Letter(
        subject=_("A browser is trusted now: %(browser)s", browser=of.browser),
        paragraphs=(
            _(
                "This browser is asked for your password alone when you sign in to %(brand)s, and"
                " not for the second step.",
                brand=of.brand,
            ),
            _("You can take that back any time on the security page."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def account_disabled(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your account was disabled by an administrator"),
        paragraphs=(
            _(
                "Nobody can sign in to your account with %(brand)s any more. You are signed out"
                " everywhere, and no app can use it.",
                brand=of.brand,
            ),
            _("If you think that this is a mistake, ask whoever runs this service."),
        ),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )


def account_closed(of: Occasion) -> Letter:
    return Letter(
        subject=_("Your account was closed"),
        paragraphs=(
            _(
                "The account of %(person)s with %(brand)s was closed, and its data was removed.",
                person=of.name("person"),
                brand=of.brand,
            ),
            _("Nobody can sign in with it any more. This is the last mail about it."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NONE,
    )


def test(of: Occasion) -> Letter:
    return Letter(
        subject=_("Test mail from %(brand)s", brand=of.brand),
        paragraphs=(_("Mail from %(brand)s arrives here. Nothing else happened.", brand=of.brand),),
        action=Action(_("Open %(brand)s", brand=of.brand), of.page("/")),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )
