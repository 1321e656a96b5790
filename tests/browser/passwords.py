"""Walks past the pages of forgotten and changed passwords, and of leaving for good."""

from tests.browser.walks import walk
from tests.support.factories import PASSWORD

NEW = "seven quiet words in a row"


@walk("password-reset", "password-reset-sent", "reset", "password-set")
def forgetting_a_password(site, visitor):
    bob = site.account_with_phone()
    site.forget_tries()
    visitor.open(f"{site.issuer}/account/").follow("Forgot your password?").is_at("password-reset")
    yield "password-reset"
    visitor.page.evaluate("document.querySelectorAll('form').forEach(f => { f.noValidate = true })")
    visitor.fill(email="bob").press("Send the link").reads("like name@example.com")
    yield "password-reset-failed"
    visitor.fill(email=bob.email).press("Send the link").is_at("password-reset-sent")
    yield "password-reset-sent"
    visitor.open(site.mailed_link(bob.email)).is_at("reset")
    yield "reset"
    visitor.fill(password="short", code="000000").press("Save password")
    visitor.reads("at least 15 characters")
    yield "reset-weak"
    visitor.fill(password=NEW, code="000000").press("Save password")
    visitor.reads("That code didn't work.")
    yield "reset-failed"
    visitor.follow("Use a recovery code").is_at("reset")
    yield "reset-recovery-code"
    visitor.follow("Use your authenticator app").fill(password=NEW, code=bob.code())
    visitor.press("Save password").is_at("password-set")
    yield "reset-done"


@walk("reset")
def forgetting_a_password_with_a_passkey(site, visitor):
    ann = site.account()
    site.a.passkey(ann.user)
    site.forget_tries()
    visitor.open(f"{site.issuer}/password-reset").fill(email=ann.email).press("Send the link")
    visitor.is_at("password-reset-sent").open(site.mailed_link(ann.email)).is_at("reset")
    yield "reset-passkey"


@walk("change-password", "export", "close-account", "account-closed", "security")
def changing_and_closing(site, visitor):
    ann = site.account()
    visitor.open(f"{site.issuer}/account/password").sign_in(ann.email).is_at("change-password")
    yield "change-password"
    visitor.fill(current_password="wrong", password=NEW).press("Save password")
    visitor.reads("That isn't your current password.")
    yield "change-password-failed"
    visitor.fill(current_password=PASSWORD, password=NEW).press("Save password").is_at("security")
    yield "change-password-done"
    visitor.open(f"{site.issuer}/account/close").is_at("close-account")
    yield "close-account"
    visitor.follow("Download your data first").is_at("export")
    yield "export"
    visitor.open(f"{site.issuer}/account/close").fill(email="nobody@example.com")
    visitor.press("Close account").reads("Type the email address of this account")
    yield "close-account-failed"
    visitor.fill(email=ann.email).press("Close account").is_at("account-closed")
    yield "account-closed"
