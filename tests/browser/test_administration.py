"""The pages of the administration in a real browser: markup stays text, secrets can be copied and
taken along, and everything works without scripts.
"""

import pytest

from tests.support.relying_party import REDIRECT_URI
from tests.support.visitor import Way, visiting

HOSTILE = "<img src=x onerror=alert(1)>\"'"


def at_administration(site, visitor, path=""):
    olga = site.administrator()
    visitor.open(f"{site.issuer}/admin/{path}").sign_in(olga.email).enter_code(olga.code())
    return visitor


def test_markup_in_names_and_requests_runs_nowhere(site, visitor):
    """A68: a violation of the policy or a script error would be a complaint of the visitor."""
    visitor.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    rp = site.a.client(client_name=HOSTILE)
    visitor.open(site.issuer + rp.authorization_url(redirect_uri=f"https://x.example/{HOSTILE}"))
    visitor.is_at("protocol-error")

    at_administration(site, visitor, "clients").reads(HOSTILE)

    for page in ("", "/edit", "/secret", "/disable", "/delete", "/requests"):
        visitor.open(f"{site.issuer}/admin/clients/{rp.client_id}{page}")
        assert visitor.page.locator("main img").count() == 0
        assert HOSTILE in visitor.page.inner_text("h1")
    assert HOSTILE in visitor.page.text_content("main")


def test_the_secret_is_copied_and_downloaded(site, chromium):
    with visiting(chromium, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        at_administration(site, visitor, "clients/new/web").is_at("admin-new-client-of")
        visitor.fill(client_name="Photos", redirect_uris=REDIRECT_URI, reason="Ops-1")
        visitor.press("Register the app")
        visitor.is_at("admin-client-secret")
        secret = visitor.text_of("[data-client-secret]")

        visitor.press("Copy the secret").reads("Copied.")
        copied = visitor.page.evaluate("navigator.clipboard.readText()")
        with visitor.page.expect_download() as download:
            visitor.press("Download as .env")
        written = download.value.path().read_text()

    assert copied == secret
    assert download.value.suggested_filename == "app.env"
    assert f"CLIENT_SECRET={secret}\n" in written


@pytest.mark.parametrize("way", [Way.WITHOUT_SCRIPTS, Way.KEYBOARD])
def test_an_app_is_registered_and_changed(site, chromium, way):
    with visiting(chromium, way) as visitor:
        at_administration(site, visitor).is_at("admin")
        visitor.open(f"{site.issuer}/admin/clients").follow("New app")
        visitor.follow("Choose: App on a server")
        visitor.fill(client_name="Photos", redirect_uris=REDIRECT_URI, reason="Ops-1")
        visitor.press("Register the app")
        visitor.is_at("admin-client-secret").follow("Go to the app")
        visitor.is_at("admin-client").follow("Change")
        visitor.is_at("admin-edit-client").fill(client_name="Pictures")
        visitor.press("Look at what changes").is_at("admin-preview-client").reads("Pictures")
        visitor.fill(reason="Ops-1").press("Save").is_at("admin-client").reads("Pictures")


def test_addresses_are_judged_while_they_are_typed(site, visitor):
    at_administration(site, visitor, "clients/new/web").is_at("admin-new-client-of")
    told = visitor.page.locator("[data-check=redirect_uris]")

    visitor.fill(redirect_uris="https://*.app.example/cb")
    told.get_by_text("Register each address, one on each line.").wait_for()
    assert told.get_attribute("role") == "status"
    visitor.fill(redirect_uris="https://app.example/cb")
    told.get_by_text("1 address, all good.").wait_for()

    assert told.locator("li").count() == 0
