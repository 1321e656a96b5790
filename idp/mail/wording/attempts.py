"""Letters about tries to get past the second step: their reader may be the only one who knows."""

from __future__ import annotations

from idp.language import gettext as _
from idp.mail.letter import Circumstances, Closing, Letter, Occasion


def second_step_failed(of: Occasion) -> Letter:
    return Letter(
        subject=_("Someone knew your password for %(brand)s", brand=of.brand),
        paragraphs=(
            _(
                "Somebody typed in your right password for %(brand)s, and then failed at the second"
                " step. Nobody got in this time.",
                brand=of.brand,
            ),
            _("If you mistyped a code yourself, there is nothing to do."),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def code_reused(of: Occasion) -> Letter:
    return Letter(
        subject=_("A code of your authenticator app came twice"),
        paragraphs=(
            _(
                "Somebody typed in your right password for %(brand)s and a code that had been used"
                " before. It was refused, because each code works once.",
                brand=of.brand,
            ),
            _(
                "If you sent a code twice yourself, there is nothing to do. If not, somebody may"
                " have watched you, or shown you a page that only looked like ours."
            ),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )


def totp_frozen(of: Occasion) -> Letter:
    return Letter(
        subject=_("Codes from your authenticator app are paused"),
        paragraphs=(
            _(
                "Too many wrong codes in a row were typed in for your account with %(brand)s, with"
                " the right password. To protect you, codes of your authenticator app are not"
                " accepted for now.",
                brand=of.brand,
            ),
            _(
                "Sign in with a passkey or a recovery code: then the codes work again. If you have"
                " neither, ask whoever runs this service."
            ),
        ),
        circumstances=Circumstances.BROWSER,
        closing=Closing.NOT_ME,
    )
