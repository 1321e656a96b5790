"""Walks past every page and every state of it that looks different: the accessibility test and the
pictures see the same. A walk yields the name of each stop when the page is there.
"""

from tests.browser import (
    administering,
    arriving,
    bringing_people,
    grouping,
    losing_factors,
    operating,
    passwords,
)
from tests.browser.walks import WALKS, walk
from tests.support.factories import PASSWORD
from tests.support.qr import read_qr_code

__all__ = [
    "WALKS",
    "administering",
    "arriving",
    "bringing_people",
    "grouping",
    "losing_factors",
    "operating",
    "passwords",
]


@walk("home", "error", "expired", "protocol-error", "link-invalid", "set-password", "password-set")
def without_signing_in(site, visitor):
    visitor.open(site.issuer)
    yield "home"
    visitor.open(f"{site.issuer}/nowhere")
    yield "error-404"
    visitor.open(f"{site.issuer}/interaction/of-another-browser")
    yield "expired-other-browser"
    visitor.open(f"{site.issuer}/authorize?client_id=nobody&redirect_uri=https://evil.example")
    yield "protocol-error"
    visitor.open(f"{site.issuer}/set-password")
    yield "link-invalid"
    visitor.open(site.password_link(site.account()))
    yield "set-password"
    visitor.fill(password="short").press("Save password")
    visitor.reads("at least 15 characters")
    yield "set-password-failed"
    visitor.fill(password=PASSWORD).press("Save password")
    visitor.is_at("password-set")
    yield "password-set"


@walk("sign-in", "second-factor", "recovery-code", "consent", "expired", "select-account")
def signing_in(site, visitor):
    bob = site.account_with_phone()
    rp = site.a.client(
        client_name="Photos",
        redirect_uris=[f"{site.app}/callback"],
        scope="openid profile email offline_access",
        client_uri=site.app,
        policy_uri=f"{site.app}/policy",
        tos_uri=f"{site.app}/terms",
    )
    visitor.open(site.issuer + rp.authorization_url(scope="openid profile email"))
    yield "sign-in"
    visitor.fill(username=bob.email, password="wrong").press("Sign in")
    visitor.reads("That email or password isn't right.")
    yield "sign-in-failed"
    site.use_up("password.user", bob)
    visitor.fill(password="wrong").press("Sign in")
    visitor.reads("Too many tries.")
    yield "sign-in-throttled"
    site.forget_tries()
    visitor.sign_in(bob.email)
    visitor.is_at("second-factor")
    yield "second-factor"
    visitor.fill(code="000 000").press("Continue")
    visitor.reads("That code didn't work.")
    yield "second-factor-failed"
    site.use_up("totp.series", bob)
    visitor.page.goto(visitor.page.url)
    yield "second-factor-frozen"
    visitor.follow("Use a recovery code")
    visitor.is_at("recovery-code")
    yield "recovery-code"
    visitor.fill(code="0000").press("Continue")
    visitor.reads("That code didn't work.")
    yield "recovery-code-failed"
    site.forget_tries()
    visitor.follow("Use your authenticator app").enter_code(bob.code())
    visitor.is_at("consent")
    yield "consent"
    here = visitor.page.url
    visitor.press("Allow")
    visitor.is_at("problem")  # of the example app, which did not ask
    visitor.open(here)
    visitor.is_at("expired")
    yield "expired-done"
    visitor.open(site.issuer + rp.authorization_url(prompt="select_account"))
    yield "select-account"


@walk("enrol-totp", "recovery-codes")
def setting_up(site, visitor):
    visitor.open(site.app).follow("Open the sensitive page").sign_in(site.account().email)
    visitor.is_at("enrol-totp")
    yield "enrol-totp"
    visitor.fill(code="000000").press("Turn on two-step sign-in")
    visitor.reads("That code didn't work")
    yield "enrol-totp-failed"
    phone = read_qr_code(visitor.page.locator(".qr"))
    visitor.fill(code=phone.code()).press("Turn on two-step sign-in")
    visitor.is_at("recovery-codes")
    yield "recovery-codes"
    visitor.page.evaluate("document.querySelectorAll('form').forEach(f => { f.noValidate = true })")
    visitor.press("Continue")
    visitor.reads("Save the codes first")
    yield "recovery-codes-failed"


@walk(
    "sign-in",
    "account",
    "security",
    "enrol-totp",
    "recovery-codes",
    "regenerate-codes",
    "rename-totp",
    "remove-totp",
)
def account(site, visitor):
    ann = site.account()
    visitor.open(f"{site.issuer}/account/")
    yield "account-sign-in"
    visitor.sign_in(ann.email)
    visitor.is_at("account")
    yield "account-without-second-factor"
    site.let_proofs_age(ann)
    visitor.follow("Add an authenticator app")
    visitor.is_at("sign-in")
    yield "confirm-its-you"
    visitor.fill(password=PASSWORD).press("Continue")
    visitor.is_at("enrol-totp")
    yield "account-enrol-totp"
    phone = read_qr_code(visitor.page.locator(".qr"))
    visitor.fill(code=phone.code()).press("Turn on two-step sign-in")
    visitor.is_at("recovery-codes")
    yield "account-recovery-codes"
    visitor.tick("saved").press("Continue")
    visitor.is_at("security")
    yield "account-security"
    visitor.open(f"{site.issuer}/account/").is_at("account")
    yield "account-with-second-factor"
    visitor.follow("Manage how you sign in")
    visitor.follow("Make new recovery codes")
    visitor.is_at("regenerate-codes")
    yield "regenerate-codes"
    visitor.follow("Cancel").follow("Rename Authenticator app")
    visitor.is_at("rename-totp")
    yield "rename-totp"
    visitor.fill(device_name="   ").press("Save").reads("Type a name.")
    yield "rename-totp-failed"
    visitor.fill(device_name="Blue phone").press("Save").is_at("security")
    visitor.follow("Replace Blue phone").is_at("enrol-totp")
    yield "replace-totp"
    visitor.follow("Cancel").follow("Remove Blue phone")
    visitor.is_at("remove-totp")
    yield "remove-totp"


@walk("sessions", "apps", "remove-app", "activity")
def who_and_what_is_connected(site, visitor):
    bob = site.account_with_phone()
    visitor.open(f"{site.issuer}/account/apps").sign_in(bob.email).enter_code(bob.code())
    visitor.is_at("apps")
    yield "apps-none"
    rp = site.a.client(
        client_name="Photos",
        redirect_uris=[f"{site.app}/callback"],
        scope="openid profile email offline_access",
    )
    visitor.open(site.issuer + rp.authorization_url(scope="openid profile email offline_access"))
    visitor.is_at("consent").press("Allow").is_at("problem")  # of the app, which did not ask
    visitor.open(f"{site.issuer}/account/apps").is_at("apps")
    yield "apps"
    visitor.follow("Remove Photos").is_at("remove-app")
    yield "remove-app"
    site.sign_in_elsewhere(bob)
    visitor.open(f"{site.issuer}/account/sessions").is_at("sessions")
    yield "sessions"
    visitor.press("Sign out everywhere else").reads("You're signed out everywhere else.")
    yield "sessions-one"
    visitor.open(f"{site.issuer}/account/activity").is_at("activity")
    yield "activity"
    visitor.follow("Apps").is_at("activity")
    yield "activity-apps"
    visitor.open(f"{site.issuer}/account/activity?before={'0' * 26}").reads("Nothing here.")
    yield "activity-none"


@walk("enrol-passkey", "rename-passkey", "remove-passkey", "second-factor")
def passkeys(site, visitor):
    bob = site.account_with_phone()
    visitor.open(f"{site.issuer}/account/passkeys").sign_in(bob.email).enter_code(bob.code())
    visitor.is_at("enrol-passkey")
    yield "enrol-passkey"
    site.a.passkey(bob.user, name="Bob")
    visitor.open(f"{site.issuer}/account/security").is_at("security")
    visitor.page.locator("[href*='/passkeys/'][href$='/rename']").click()
    visitor.is_at("rename-passkey")
    yield "rename-passkey"
    visitor.follow("Cancel").page.locator("[href*='/passkeys/'][href$='/remove']").click()
    visitor.is_at("remove-passkey")
    yield "remove-passkey"
    visitor.page.context.clear_cookies()
    ann = site.account()
    site.a.passkey(ann.user)
    visitor.open(f"{site.issuer}/account/").sign_in(ann.email).is_at("second-factor")
    yield "second-factor-passkey"
    visitor.page.context.clear_cookies()
    bank = site.a.client(client_name="Photos", min_acr="phr")
    visitor.open(site.issuer + bank.authorization_url()).sign_in(site.account().email)
    visitor.is_at("enrol-passkey")
    yield "enrol-passkey-demanded"


@walk("account", "signed-out")
def leaving(site, visitor):
    visitor.open(f"{site.issuer}/account/").sign_in(site.account().email)
    visitor.is_at("account")
    visitor.press("Dark")
    visitor.is_at("account")
    yield "account-chosen-dark"
    visitor.press("Light").press("Sign out")
    visitor.is_at("signed-out")
    yield "signed-out"


@walk("account", "switch-account", "sign-in", "select-account", "sign-out", "signed-out")
def several_accounts(site, visitor):
    ann, bob = site.account(), site.account("Bob Example")
    visitor.open(f"{site.issuer}/account/").sign_in(ann.email)
    visitor.is_at("account")
    yield "account-of-one"
    visitor.open(f"{site.issuer}/account/switch").press("Add another account")
    visitor.is_at("sign-in")
    yield "sign-in-beside"
    visitor.sign_in(bob.email).is_at("account")
    visitor.open(f"{site.issuer}/account/switch").is_at("switch-account")
    yield "switch-account"
    visitor.open(site.app).follow("Sign in").is_at("select-account")
    yield "select-account-of-two"
    visitor.open(f"{site.issuer}/logout").is_at("sign-out")
    yield "sign-out-of-two"
    visitor.press("Sign out").is_at("signed-out")
    yield "signed-out-of-one"


@walk("device")
def connecting_a_device(site, visitor):
    tv = site.a.client(
        "native", client_name="Television", redirect_uris=["http://127.0.0.1/callback"]
    )
    asking = {"client_id": tv.client_id, "scope": "openid profile email offline_access"}
    asked = tv.client.post("/device_authorization", data=asking, base_url=tv.issuer).json
    visitor.open(asked["verification_uri"])
    yield "device"
    visitor.fill(user_code="BBBB-BBBB").press("Continue")
    visitor.reads("That code isn't right.")
    yield "device-wrong-code"
    visitor.open(asked["verification_uri_complete"])
    yield "device-filled-in"
    visitor.press("Continue").sign_in(site.account().email)
    visitor.is_at("device")
    yield "device-question"
    visitor.press("Allow").reads("Your device is connected")
    yield "device-connected"


@walk("welcome", "claims", "sensitive", "problem")
def example_app(site, visitor):
    bob = site.account_with_phone()
    visitor.open(site.app)
    yield "app-welcome"
    visitor.follow("Sign in").sign_in(bob.email).enter_code(bob.code()).press("Cancel")
    visitor.is_at("problem")
    yield "app-problem"
    visitor.follow("Sign in again").press("Allow")
    visitor.is_at("claims")
    yield "app-claims"
    visitor.follow("Open the sensitive page")
    visitor.is_at("sensitive")
    yield "app-sensitive"
