"""The single-page app in a real Chromium, from a plain static server."""

import json
import shutil

import httpx
import pytest

from config import PROJECT
from tests.interop import node
from tests.interop.site import free_address
from tests.interop.static_files import served
from tests.support.visitor import visiting

FOLDER = PROJECT / "clients_example" / "spa_oidc_client_ts"
KEPT = """
Object.entries(sessionStorage)
    .filter(([key]) => key.startsWith('oidc.user:'))
    .map(([, kept]) => JSON.parse(kept))[0] ?? null
"""
"""What the library keeps of the user."""
LIBRARY = "oidc-client-ts-3.5.0.min.js"


@pytest.fixture
def spa(site, tmp_path):
    """A copy with settings of its own, registered by its document."""
    base_url = free_address()
    registration = json.loads((FOLDER / "client.json").read_text())
    addresses = ("redirect_uris", "post_logout_redirect_uris")
    client = site.register(registration | {name: [f"{base_url}/"] for name in addresses})
    shutil.copytree(FOLDER, tmp_path / "spa")
    settings = f'export const ISSUER = "{site.issuer}";\nexport const CLIENT_ID = "{client}";\n'
    (tmp_path / "spa" / "settings.js").write_text(settings)
    with served(tmp_path / "spa", base_url):
        yield f"{base_url}/"


@pytest.fixture
def visitor(chromium):
    with visiting(chromium) as person:
        yield person


def sign_in(visitor, spa, account):
    visitor.open(spa).is_at("welcome").press("Sign in")
    visitor.sign_in(account.email).enter_code(account.code())
    visitor.press("Allow")
    return visitor.is_at("claims")


def test_somebody_signs_in_refreshes_and_signs_out(site, spa, visitor):
    account = site.account()

    sign_in(visitor, spa, account)
    assert visitor.claims("profile")["email"] == account.email
    assert visitor.page.url == spa, "the code has left the address bar"

    first = refresh_token(visitor)
    visitor.press("Refresh tokens").reads("The tokens were renewed.")
    second = refresh_token(visitor)
    assert second != first
    visitor.page.reload()
    visitor.is_at("claims")

    visitor.press("Sign out").is_at("welcome")
    assert visitor.page.url == spa
    assert refresh_token(visitor) is None
    visitor.press("Sign in").is_at("sign-in")


def test_tokens_that_were_copied_out_of_the_browser_are_worth_nothing(site, spa, visitor):
    sign_in(visitor, spa, site.account())
    kept = visitor.page.evaluate(KEPT)

    bearer = {"Authorization": f"Bearer {kept['access_token']}"}
    assert httpx.get(f"{site.issuer}/userinfo", headers=bearer).status_code == 401
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": kept["refresh_token"],
        "client_id": kept["profile"]["aud"],
    }
    refused = httpx.post(f"{site.issuer}/token", data=fields)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    visitor.press("Refresh tokens").reads("The tokens were renewed.")


def test_a_refresh_token_that_is_used_again_ends_the_session_of_the_app(site, spa, visitor):
    sign_in(visitor, spa, site.account())
    stale = visitor.page.evaluate("JSON.stringify(sessionStorage)")
    visitor.press("Refresh tokens").reads("The tokens were renewed.")

    visitor.page.evaluate("kept => Object.assign(sessionStorage, JSON.parse(kept))", stale)
    visitor.press("Refresh tokens").is_at("problem")

    assert visitor.text_of("[data-error]") == "invalid_grant"
    visitor.complaints.said.clear()  # Chromium logs the 400 of the token endpoint


def test_an_answer_of_another_provider_is_refused(site, spa, visitor):
    visitor.open(f"{spa}?code=c&state=s&iss=https://evil.example").is_at("problem")

    assert visitor.text_of("[data-error]") == "The answer came from another provider."
    assert visitor.page.url == spa


def test_the_vendored_library_is_the_one_that_its_authors_published():
    node.require()
    published = node.PACKAGES / "oidc-client-ts"

    assert json.loads((published / "package.json").read_text())["version"] in LIBRARY
    vendored = (FOLDER / "vendor" / LIBRARY).read_bytes()
    assert vendored == (published / "dist" / "browser" / "oidc-client-ts.min.js").read_bytes()


def refresh_token(visitor):
    """What the library keeps in the tab, once it has arrived wherever it was going."""
    visitor.page.wait_for_load_state("networkidle")
    kept = visitor.page.evaluate(KEPT)
    return kept["refresh_token"] if kept else None
