"""Walks past the pages of people who arrive, and of those who move to another address."""

from secrets import token_hex

from idp.accounts import enrolment_ticket, invitation
from idp.authentication import password
from idp.extensions import transaction
from idp.models import Role
from tests.browser.walks import walk
from tests.support.factories import PASSWORD


@walk("sign-in", "create-account", "create-account-sent", "finish-account", "account-ready")
def registering(site, visitor):
    email = f"new-{token_hex(3)}@example.com"
    rp = site.a.client(client_name="Photos", redirect_uris=[f"{site.app}/callback"])
    site.forget_tries()
    visitor.open(site.issuer + rp.authorization_url()).follow("Create an account")
    visitor.is_at("create-account")
    yield "create-account"
    visitor.fill(email="new").press("Send the link").reads("like name@example.com")
    yield "create-account-failed"
    visitor.fill(email=email).press("Send the link").is_at("create-account-sent")
    yield "create-account-sent"
    visitor.open(site.mailed_link(email)).is_at("finish-account")
    yield "finish-account"
    visitor.fill(name="Ann Example", password="short").press("Create account")
    visitor.reads("at least 15 characters")
    yield "finish-account-failed"
    visitor.fill(password=PASSWORD).press("Create account").is_at("account-ready")
    yield "account-ready"
    visitor.follow("Sign in").is_at("sign-in")
    yield "first-sign-in"


@walk("address-taken")
def coming_second(site, visitor):
    email = f"ann-{token_hex(3)}@example.com"
    site.forget_tries()
    visitor.open(f"{site.issuer}/create-account").fill(email=email).press("Send the link")
    visitor.is_at("create-account-sent").open(site.mailed_link(email)).is_at("finish-account")
    site.a.user(email)
    visitor.fill(name="Ann Example", password=PASSWORD).press("Create account")
    visitor.is_at("address-taken")
    yield "address-taken"


@walk("invitation", "account-ready", "enrolment-ticket", "enrolment")
def invited_to_administer(site, visitor):
    email = f"ann-{token_hex(3)}@example.com"
    with site.a.app.app_context(), transaction():
        invitation.invite(email, name="Ann Example", role=Role.OWNER, invited_by="Bob Example")
    visitor.open(site.mailed_link(email)).is_at("invitation")
    yield "invitation"
    visitor.fill(password=PASSWORD).press("Create account").is_at("account-ready")
    yield "account-ready-administrator"
    visitor.page.context.clear_cookies()
    visitor.open(f"{site.issuer}/account/").sign_in(email).is_at("enrolment-ticket")
    yield "enrolment-ticket"
    with site.a.app.app_context(), transaction():
        link = enrolment_ticket.issue(password.find_user(email), reason="lost the first link")
    visitor.open(link).is_at("enrolment")
    yield "enrolment"
    visitor.press("Continue").is_at("sign-in")
    visitor.fill(password=PASSWORD).press("Continue").is_at("enrol-totp")


@walk("verify-email", "confirm-address", "address-confirmed")
def confirming_an_address(site, visitor):
    ann = site.account()
    site.let_address_be_unproven(ann)
    visitor.open(f"{site.issuer}/account/").sign_in(ann.email).is_at("verify-email")
    yield "verify-email"
    visitor.press("Send the link").reads("Check your mail.")
    yield "verify-email-sent"
    visitor.open(site.mailed_link(ann.email)).is_at("confirm-address")
    yield "confirm-address"
    visitor.press("Confirm this address").is_at("address-confirmed")
    yield "address-confirmed"


@walk("profile", "change-email", "confirm-email")
def moving(site, visitor):
    ann, email = site.account(), f"new-{token_hex(3)}@example.com"
    visitor.open(f"{site.issuer}/account/profile").sign_in(ann.email).is_at("profile")
    yield "profile"
    visitor.fill(name=" " * 3).press("Save").reads("1 to 200 characters")
    yield "profile-failed"
    visitor.follow("Change the address").is_at("change-email")
    yield "change-email"
    visitor.fill(email=ann.email).press("Send the link").reads("This is your address already.")
    yield "change-email-failed"
    visitor.fill(email=email).press("Send the link").is_at("profile")
    yield "profile-waiting"
    visitor.open(site.mailed_link(email)).is_at("confirm-email")
    yield "confirm-email"
    visitor.press("Use the new address").reads("Your email address is changed.")
    yield "profile-changed"
