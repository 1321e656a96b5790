"""Walks past the pages on which apps are administered."""

from tests.browser.walks import walk


@walk(
    "admin",
    "admin-clients",
    "admin-new-client",
    "admin-new-client-of",
    "admin-client-secret",
    "admin-client-already",
    "admin-client",
    "admin-client-code",
    "admin-revoke-old-secret",
    "admin-rotate-secret",
)
def registering_an_app(site, visitor):
    olga = site.administrator()
    visitor.open(f"{site.issuer}/admin/").sign_in(olga.email).enter_code(olga.code())
    visitor.is_at("admin")
    yield "admin"
    visitor.open(f"{site.issuer}/admin/clients?q=nothing+like+it").reads("No app is like that.")
    yield "admin-clients-none"
    visitor.follow("New app").is_at("admin-new-client")
    yield "admin-new-client"
    visitor.follow("Choose: App on a server").is_at("admin-new-client-of")
    yield "admin-new-client-of"
    visitor.fill(client_name="Photos", reason="Ops-1")
    visitor.fill(redirect_uris="http://app.example/callback")
    visitor.press("Register the app").reads("must be https")
    yield "admin-new-client-failed"
    visitor.follow("Another kind").fill(pasted="nothing of use").press("Fill in the form")
    visitor.reads("That is no URL")
    yield "admin-new-client-paste-failed"
    visitor.fill(pasted=f"{site.issuer}/authorize?client_id=x&redirect_uri=https://app.example/cb")
    visitor.press("Fill in the form").reads("came without PKCE")
    yield "admin-new-client-pasted"
    visitor.fill(client_name="Photos", reason="Ops-1")
    visitor.fill(redirect_uris="https://app.example/callback").press("Register the app")
    visitor.is_at("admin-client-secret")
    yield "admin-client-secret"
    visitor.page.reload()
    visitor.is_at("admin-client-already")
    yield "admin-client-already"
    visitor.follow("Go to the app").is_at("admin-client")
    yield "admin-client"
    here = visitor.page.url
    visitor.follow("Code").is_at("admin-client-code")
    yield "admin-client-code"
    visitor.open(here).follow("Replace the secret").is_at("admin-rotate-secret")
    yield "admin-rotate-secret"
    visitor.fill(reason="Ops-1").press("Make a new secret").is_at("admin-client-secret")
    visitor.open(here).reads("The old secret")
    yield "admin-client-two-secrets"
    visitor.follow("End the old secret now").is_at("admin-revoke-old-secret")
    yield "admin-revoke-old-secret"
    visitor.fill(reason="Ops-2").press("End it now").reads("The old secret has ended.")


@walk(
    "admin-client",
    "admin-try-client",
    "admin-trial-answer",
    "admin-trial-result",
    "admin-trial-over",
    "admin-edit-client",
    "admin-preview-client",
    "admin-disable-client",
    "admin-enable-client",
    "admin-clients",
    "admin-delete-client",
)
def trying_and_changing_an_app(site, visitor):
    olga = site.administrator()
    rp = site.a.client(client_name="Photos", redirect_uris=["https://app.example/callback"])
    here = f"{site.issuer}/admin/clients/{rp.client_id}"
    visitor.open(here).sign_in(olga.email).enter_code(olga.code()).is_at("admin-client")
    yield "admin-client-of-photos"
    visitor.follow("Test sign-in").is_at("admin-try-client")
    yield "admin-try-client"
    visitor.press("Begin").is_at("consent").press("Allow").is_at("admin-trial-answer")
    yield "admin-trial-answer"
    visitor.press("Exchange the code").is_at("admin-trial-result").reads("every check held")
    yield "admin-trial-result"
    visitor.page.reload()
    visitor.is_at("admin-trial-over")
    yield "admin-trial-over"
    visitor.open(here).follow("Change").is_at("admin-edit-client")
    yield "admin-edit-client"
    visitor.fill(logo_uri="javascript:alert(1)").press("Look at what changes")
    visitor.reads("must be https")
    yield "admin-edit-client-failed"
    visitor.fill(logo_uri="", client_name="Photos Photos", scope="openid").tick("pkce_waived")
    visitor.press("Look at what changes").is_at("admin-preview-client")
    yield "admin-preview-client"
    visitor.fill(reason="Ops-3").press("Save").is_at("admin-client").reads("Saved.")
    yield "admin-client-saved"
    visitor.follow("Change")
    visitor.page.evaluate("document.querySelector('[name=version]').value = 'older'")
    visitor.fill(client_name="Photos").press("Look at what changes")
    visitor.reads("Somebody else has changed this app")
    yield "admin-edit-client-conflict"
    visitor.press("Look at what changes").fill(reason="Ops-4").press("Save").is_at("admin-client")
    visitor.follow("Disable").is_at("admin-disable-client")
    yield "admin-disable-client"
    visitor.fill(reason="Ops-5").press("Disable").reads("The app is disabled")
    yield "admin-client-disabled"
    visitor.follow("Enable").is_at("admin-enable-client")
    yield "admin-enable-client"
    visitor.open(f"{site.issuer}/admin/clients").is_at("admin-clients")
    yield "admin-clients"
    visitor.open(here).follow("Delete").is_at("admin-delete-client")
    yield "admin-delete-client"
    visitor.fill(confirmation="Something else", reason="Ops-6").press("Delete for good")
    visitor.reads("Type the name")
    yield "admin-delete-client-failed"
    visitor.fill(confirmation="Photos").press("Delete for good").reads("The app is deleted.")


@walk(
    "admin-client-people",
    "admin-add-client-person",
    "admin-remove-client-person",
    "apps-of-mine",
    "admin-client",
    "admin-edit-client",
)
def looking_after_an_app(site, visitor):
    olga, bob = site.administrator(), site.account_with_phone()
    rp = site.a.client(client_name="Photos", redirect_uris=["https://photos.example/callback"])
    visitor.open(f"{site.issuer}/admin/clients/{rp.client_id}/people")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-client-people")
    yield "admin-client-people-none"
    visitor.follow("Add somebody").is_at("admin-add-client-person")
    yield "admin-add-client-person"
    visitor.page.locator("#standing-owner").check()
    visitor.fill(email="nobody@example.org", reason="Ops-8").press("Add")
    visitor.reads("Nobody with an account here")
    yield "admin-add-client-person-failed"
    visitor.fill(email=bob.email).press("Add").reads("Added, and told by mail.")
    yield "admin-client-people"
    visitor.page.locator("[href$='/remove']").click()
    visitor.is_at("admin-remove-client-person")
    yield "admin-remove-client-person"
    visitor.page.context.clear_cookies()
    visitor.open(f"{site.issuer}/account/apps-of-mine").sign_in(bob.email).enter_code(bob.code())
    visitor.is_at("apps-of-mine")
    yield "apps-of-mine"
    visitor.follow("Open Photos").is_at("admin-client")
    yield "admin-client-of-an-owner"
    visitor.open(f"{site.issuer}/admin/clients/{rp.client_id}/edit").is_at("admin-edit-client")
    yield "admin-edit-client-of-an-owner"


@walk(
    "admin-client-requests",
    "admin-requests",
    "admin-shared-explanation",
    "admin-mend-client",
    "explanation",
)
def finding_out_why(site, visitor):
    olga = site.administrator()
    rp = site.a.client(client_name="Photos", redirect_uris=["https://photos.example/callback"])
    wrong = rp.authorization_url(redirect_uri="https://photos.example/Callback/")
    visitor.open(site.issuer + wrong).is_at("protocol-error")
    reference = visitor.text_of("[data-reference]").strip()
    visitor.open(f"{site.issuer}/admin/clients/{rp.client_id}/requests")
    visitor.sign_in(olga.email).enter_code(olga.code()).is_at("admin-client-requests")
    visitor.reads(reference)
    yield "admin-client-requests"
    visitor.press("Make a link to this explanation").is_at("admin-shared-explanation")
    yield "admin-shared-explanation"
    link = visitor.text_of("[data-link]").strip()
    visitor.open(f"{site.issuer}/admin/clients/{rp.client_id}/requests")
    visitor.follow("Register exactly this address").is_at("admin-mend-client")
    yield "admin-mend-client"
    visitor.fill(reason="Ops-7").press("Register it").reads("Registered. Try the app again.")
    yield "admin-client-requests-mended"
    visitor.open(link).is_at("explanation")
    yield "explanation"
    visitor.open(f"{site.issuer}/admin/requests").is_at("admin-requests")
    visitor.fill(reference=reference.lower()).press("Look it up").reads(reference)
    yield "admin-requests"
    visitor.fill(reference="NOPE-NOPE").press("Look it up").reads("has this reference")
    yield "admin-requests-none"
