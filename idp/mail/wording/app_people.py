"""Letters to people who look after an app, or do so no more."""

from __future__ import annotations

from idp.language import gettext as _
from idp.mail.letter import Action, Circumstances, Closing, Letter, Occasion
from idp.models import Standing

APPS_PAGE = "/account/apps-of-mine"


def added(of: Occasion) -> Letter:
    app = of.name("client_name")
    if of.facts["standing"] == Standing.OWNER:
        may = _(
            "As its owner you can change how it is registered, replace its secret, and see why its"
            " requests fail. Every change asks for your second step."
        )
    else:
        may = _("As its contact you can see how it is registered, and why its requests fail.")
    return Letter(
        subject=_("You look after %(app)s now", app=app),
        paragraphs=(
            _("You were asked to look after %(app)s with %(brand)s.", app=app, brand=of.brand),
            may,
        ),
        action=Action(_("Open your apps"), of.page(APPS_PAGE)),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )


def removed(of: Occasion) -> Letter:
    app = of.name("client_name")
    return Letter(
        subject=_("You look after %(app)s no more", app=app),
        paragraphs=(
            _(
                "You were taken from the people who look after %(app)s with %(brand)s. Its pages"
                " are closed to you from now on.",
                app=app,
                brand=of.brand,
            ),
        ),
        circumstances=Circumstances.TIME,
        closing=Closing.NONE,
    )
