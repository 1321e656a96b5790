"""Snippets that run in a browser or in a web server, as they stand."""

from idp.clients.frameworks import Framework
from tests.interop import apache, node
from tests.interop.site import free_address
from tests.interop.snippets import tries, written
from tests.support.visitor import visiting

PAGE = """<!doctype html>
<title>An app</title>
<script type="importmap">
  {"imports": {
    "oidc-client-ts": "/node_modules/oidc-client-ts/dist/esm/oidc-client-ts.js",
    "jwt-decode": "/node_modules/jwt-decode/build/esm/index.js"
  }}
</script>
<script type="module" src="/oidc_client_ts.js"></script>
"""


@tries(Framework.OIDC_CLIENT_TS)
def test_oidc_client_ts_signs_somebody_in(site, chromium):
    node.require()
    base_url, account = free_address(), site.account()
    client = site.a.client("spa", redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "oidc_client_ts.js")
    (file.parent / "index.html").write_text(PAGE)
    (file.parent / "node_modules").symlink_to(node.PACKAGES)
    told = site.environment(client, base_url)

    with (
        site.running(base_url, told, application=("tests.interop.apps.single_page:app",)),
        visiting(chromium) as person,
    ):
        person.open(base_url).sign_in(account.email).enter_code(account.code())
        says = f"signed in as {account.user.sub}"
        with person.page.expect_console_message(lambda heard: heard.text == says):
            person.press("Allow")

        assert person.page.url == f"{base_url}/callback", "the code has left the address bar"


@tries(Framework.APACHE)
def test_mod_auth_openidc_signs_somebody_in(site, bob):
    apache.require()
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/protected/redirect"])
    file = written(site, client, "apache_mod_auth_openidc.conf")

    with apache.running_file(site, base_url, client, file):
        assert bob.open(f"{base_url}/").page == "sign-in"
        bob.prove_everything()

        assert (bob.where, bob.answer.status_code) == (f"{base_url}/", 200), bob.answer.text
        assert bob.answer.headers["X-User"].startswith(f"{bob.account.user.sub}@")
