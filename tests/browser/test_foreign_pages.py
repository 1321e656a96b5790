"""What other sites can make a signed-in browser do here: nothing."""

import pytest
from playwright.sync_api import expect

from tests.support.factories import PASSWORD
from tests.support.visitor import Complaints, Visitor, visiting

HOSTS = pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
"""Another origin of our own site, which gets Lax cookies along; and another site."""


@pytest.fixture
def victim(page):
    """Being refused is logged by the browser as an error, and is what these tests want."""
    return Visitor(page, Complaints())


@HOSTS
def test_no_page_can_be_framed(site, victim, elsewhere, host, ann):
    """A63."""
    victim.open(site.app).follow("Sign in").sign_in(ann.email).is_at("consent")
    consent = victim.page.url
    pages = [consent, f"{site.issuer}/", f"{site.issuer}/nowhere", f"{site.issuer}/authorize"]
    elsewhere.pages["/trap"] = "<main data-page=trap><h1>Win</h1></main>" + "".join(
        f'<iframe src="{url}"></iframe>' for url in [*pages, f"{site.issuer}/account/"]
    )

    victim.open(elsewhere.url("/trap", host=host)).is_at("trap")
    victim.has_everything()

    framed = [frame.url for frame in victim.page.frames[1:]]
    assert framed == ["chrome-error://chromewebdata/"] * 5


FORMS = {
    "form": '<form method="post" action="{url}"><input name="decision" value="sign-out"></form>',
    "plain text": '<form method="post" enctype="text/plain" action="{url}">'
    '<input name="csrf_token" value="x"></form>',
    "multipart": '<form method="post" enctype="multipart/form-data" action="{url}"></form>',
    "get": '<form method="get" action="{url}"><input name="_method" value="POST"></form>',
}


@HOSTS
def test_a_foreign_form_changes_nothing(site, victim, elsewhere, host, bob):
    """A61."""
    victim.open(f"{site.issuer}/account/security").sign_in(bob.email).enter_code(bob.code())
    victim.is_at("security")
    remove = victim.page.get_by_role("link", name="Remove").get_attribute("href")

    for kind, form in FORMS.items():
        for path in ("/account/sign-out", remove):
            shown = 200 if path == remove else 405
            expected = shown if kind == "get" else 403
            assert sent(victim, elsewhere, host, form.format(url=site.issuer + path)) == expected

    victim.open(f"{site.issuer}/account/security").is_at("security")
    expect(victim.page.get_by_role("link", name="Remove")).to_be_visible()


def sent(victim, elsewhere, host, form):
    """Lure the browser to a page that sends a form by itself: the status of what comes back."""
    elsewhere.pages["/trap"] = form
    tab = victim.page.context.new_page()
    tab.goto(elsewhere.url("/trap", host=host))
    with tab.expect_navigation() as answer:
        tab.evaluate("document.forms[0].submit()")
    status = answer.value.status
    tab.close()
    return status


@HOSTS
def test_a_foreign_script_learns_and_changes_nothing(site, victim, elsewhere, host, ann):
    victim.open(f"{site.issuer}/account/").sign_in(ann.email).is_at("account")
    victim.open(elsewhere.url(host=host))

    for mode in ("cors", "no-cors"):
        read = victim.page.evaluate(
            """([url, mode]) => fetch(url, {method: "POST", mode, credentials: "include"})
                 .then(answer => answer.text(), () => "")""",
            [f"{site.issuer}/account/sign-out", mode],
        )
        assert read == ""

    victim.open(f"{site.issuer}/account/").is_at("account")


@HOSTS
def test_nobody_is_signed_in_to_somebody_elses_account(site, chromium, victim, elsewhere, host):
    """A62."""
    eve = site.account("Eve Example")
    with visiting(chromium) as attacker:
        attacker.open(site.app).follow("Sign in").is_at("sign-in")
        form = attacker.page.locator("main form").first
        action = form.evaluate("form => form.action")
        token = form.locator("[name=csrf_token]").get_attribute("value")
    fields = {"csrf_token": token, "username": eve.email, "password": PASSWORD}
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    victim.open(f"{site.issuer}/account/").is_at("sign-in")  # cookies of its own, nobody signed in

    form = f'<form method="post" action="{action}">{inputs}</form>'
    assert sent(victim, elsewhere, host, form) == 403

    victim.open(f"{site.issuer}/account/").is_at("sign-in")


@HOSTS
def test_a_foreign_form_does_not_end_a_sign_in_that_is_open(site, victim, elsewhere, host, ann):
    victim.open(site.app).follow("Sign in").is_at("sign-in")

    for path in ("/account/sign-out", "/authorize", "/nowhere"):
        assert sent(victim, elsewhere, host, FORMS["form"].format(url=site.issuer + path)) >= 400

    victim.sign_in(ann.email).is_at("consent")
