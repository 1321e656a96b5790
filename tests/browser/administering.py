"""Walks past the pages on which apps are administered."""

from tests.browser.walks import walk


@walk(
    "admin",
    "admin-clients",
    "admin-new-client",
    "admin-new-client-of",
    "admin-client-secret",
    "admin-client",
    "admin-edit-client",
    "admin-rotate-secret",
    "admin-disable-client",
    "admin-delete-client",
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
    visitor.fill(client_name="Photos", redirect_uris="http://app.example/callback")
    visitor.press("Register the app").reads("must be https")
    yield "admin-new-client-failed"
    visitor.fill(redirect_uris="https://app.example/callback").press("Register the app")
    visitor.is_at("admin-client-secret")
    yield "admin-client-secret"
    visitor.follow("Go to the app").is_at("admin-client")
    yield "admin-client"
    here = visitor.page.url
    visitor.follow("Replace the secret").is_at("admin-rotate-secret")
    yield "admin-rotate-secret"
    visitor.press("Make a new secret").is_at("admin-client-secret")
    visitor.open(here).follow("Change").is_at("admin-edit-client")
    yield "admin-edit-client"
    visitor.fill(logo_uri="javascript:alert(1)").press("Save").reads("must be https")
    yield "admin-edit-client-failed"
    visitor.fill(logo_uri="", client_name="Photos Photos").tick("pkce_waived").press("Save")
    visitor.is_at("admin-client").reads("Saved.")
    yield "admin-client-saved"
    visitor.follow("Change")
    visitor.page.evaluate("document.querySelector('[name=version]').value = 'older'")
    visitor.fill(client_name="Photos").press("Save").reads("Somebody else has changed this app")
    yield "admin-edit-client-conflict"
    visitor.press("Save").is_at("admin-client")
    visitor.follow("Disable").is_at("admin-disable-client")
    yield "admin-disable-client"
    visitor.press("Disable").reads("The app is disabled")
    yield "admin-client-disabled"
    visitor.open(f"{site.issuer}/admin/clients").is_at("admin-clients")
    yield "admin-clients"
    visitor.open(here).follow("Delete").is_at("admin-delete-client")
    yield "admin-delete-client"
    visitor.fill(confirmation="Something else").press("Delete for good").reads("Type the name")
    yield "admin-delete-client-failed"
    visitor.fill(confirmation="Photos").press("Delete for good").reads("The app is deleted.")


@walk("admin-client-requests", "admin-requests")
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
    visitor.press("Register exactly this address").reads("The address is registered.")
    yield "admin-client-requests-mended"
    visitor.open(f"{site.issuer}/admin/requests").is_at("admin-requests")
    visitor.fill(reference=reference.lower()).press("Look it up").reads(reference)
    yield "admin-requests"
    visitor.fill(reference="NOPE-NOPE").press("Look it up").reads("has this reference")
    yield "admin-requests-none"
