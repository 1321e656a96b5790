"""A walk past the pages of a reset of second factors, from both sides."""

from idp.accounts import factor_reset
from idp.extensions import db, transaction
from idp.models import User
from tests.browser.walks import walk
from tests.support.factories import PASSWORD


@walk(
    "admin",
    "admin-act-on-user",
    "admin-user",
    "replace-factors",
    "enrol-totp",
    "cancel-reset",
    "reset-cancelled",
    "security",
)
def replacing_lost_factors(site, visitor):
    olga, bob = site.administrator(), site.account_with_phone()
    visitor.open(f"{site.issuer}/admin/users/{bob.user.id}/reset-factors")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-act-on-user")
    yield "admin-reset-factors"
    visitor.fill(reason="Phone stolen").press("Reset the second step")
    visitor.reads("A reset of the second step is under way")
    yield "admin-user-reset"
    visitor.open(f"{site.issuer}/admin/").reads("waits for somebody to approve it")
    yield "admin-reset-waits"
    visitor.page.context.clear_cookies()
    visitor.open(site.mailed_link(bob.email)).is_at("cancel-reset")
    yield "cancel-reset"
    visitor.press("Call off the reset").is_at("reset-cancelled")
    yield "reset-cancelled"
    with site.a.app.app_context(), transaction():
        lost = db.session.get_one(User, bob.user.id)
        link = factor_reset.start_at_machine(lost, by="cli:root", reason="lost")
    visitor.open(link).is_at("replace-factors")
    yield "replace-factors"
    visitor.press("Continue").fill(password=PASSWORD).press("Continue").is_at("enrol-totp")
    yield "enrol-totp-replacing"
    ann = site.account_with_phone()
    visitor.page.context.clear_cookies()
    visitor.open(f"{site.issuer}/account/").sign_in(ann.email).enter_code(ann.code())
    with site.a.app.app_context(), transaction():
        lost = db.session.get_one(User, ann.user.id)
        factor_reset.start(lost, by="user:somebody", reason="lost")
    visitor.open(f"{site.issuer}/account/security").reads("A reset of your second step")
    yield "security-reset"
