"""Walks past the pages on which people, keys, mail and the log are looked after."""

from tests.browser.walks import walk
from tests.support.relying_party import answer, claims

MARKUP = "<img src=x onerror=alert(1)>"


def arrive(site, visitor):
    olga = site.administrator()
    visitor.open(f"{site.issuer}/admin/").sign_in(olga.email).enter_code(olga.code())
    visitor.is_at("admin")


@walk("admin-users", "admin-user", "admin-act-on-user", "admin-role", "admin-invite")
def looking_after_people(site, visitor):
    bob = site.account_with_phone()
    site.account(name=f"Eve {MARKUP}")
    arrive(site, visitor)
    visitor.open(f"{site.issuer}/admin/users").is_at("admin-users")
    yield "admin-users"
    visitor.open(f"{site.issuer}/admin/users?q=nobody-like-it").reads("begins like that")
    yield "admin-users-none"
    visitor.open(f"{site.issuer}/admin/users?q={bob.email}").follow("Bob Example")
    visitor.is_at("admin-user")
    yield "admin-user"
    here = visitor.page.url
    visitor.follow("Sign out everywhere").is_at("admin-act-on-user")
    yield "admin-sign-out-user"
    visitor.fill(reason=" ").press("Sign out everywhere").reads("Say why.")
    yield "admin-act-without-reason"
    visitor.fill(reason="Ticket 4711").press("Sign out everywhere").is_at("admin-user")
    visitor.reads("Every browser is signed out")
    yield "admin-user-signed-out"
    visitor.open(here).follow("Change the role").is_at("admin-role")
    yield "admin-role"
    visitor.open(here).follow("Disable").fill(reason="Ticket 4711").press("Disable")
    visitor.is_at("admin-user").reads("The account is disabled.")
    yield "admin-user-disabled"
    visitor.follow("Enable").fill(reason="Ticket 4711").press("Enable").is_at("admin-user")
    visitor.open(f"{site.issuer}/admin/invite").is_at("admin-invite")
    yield "admin-invite"


@walk(
    "admin-audit",
    "admin-evidence",
    "admin-keys",
    "admin-rotate-key",
    "admin-mail",
    "admin-settings",
    "admin-doctor",
)
def looking_after_the_rest(site, visitor):
    arrive(site, visitor)
    visitor.open(f"{site.issuer}/admin/audit").is_at("admin-audit")
    yield "admin-audit"
    visitor.page.locator("table summary").first.click()
    yield "admin-audit-open"
    visitor.open(f"{site.issuer}/admin/audit?subject=nobody@example.com").reads("Nobody has this")
    yield "admin-audit-nothing"
    visitor.open(f"{site.issuer}/admin/audit/evidence?of=nothing").is_at("admin-evidence")
    yield "admin-evidence-none"
    rp = site.a.client(redirect_uris=[f"{site.app}/callback"], trusted=True)
    visitor.open(site.issuer + rp.authorization_url())
    token = rp.exchange(answer(visitor.page.url)["code"]).get_json()["access_token"]
    visitor.open(f"{site.issuer}/admin/audit/evidence?of={claims(token)['jti']}")
    visitor.reads("What was proven")
    yield "admin-evidence"
    visitor.open(f"{site.issuer}/admin/keys").is_at("admin-keys")
    yield "admin-keys"
    visitor.follow("Rotate ES256").is_at("admin-rotate-key")
    yield "admin-rotate-key"
    visitor.fill(kid="wrong", reason="Ticket 4711").press("Rotate").reads("Type the kid exactly")
    yield "admin-rotate-key-failed"
    visitor.open(f"{site.issuer}/admin/mail").is_at("admin-mail")
    yield "admin-mail"
    visitor.open(f"{site.issuer}/admin/settings").is_at("admin-settings")
    yield "admin-settings"
    visitor.open(f"{site.issuer}/admin/doctor").is_at("admin-doctor")
    yield "admin-doctor"


@walk("admin-what-if")
def foretelling(site, visitor):
    bob = site.account_with_phone()
    rp = site.a.client(client_name="Photos", trusted=True)
    arrive(site, visitor)
    visitor.open(f"{site.issuer}/admin/what-if").is_at("admin-what-if")
    yield "admin-what-if"
    visitor.fill(person=bob.email, client=rp.client_id).press("Ask").reads("Pages, in their order")
    yield "admin-what-if-answered"
    visitor.fill(client="nothing").press("Ask").reads("No app has this client_id.")
    yield "admin-what-if-nothing"
