"""The page of a request that cannot be answered to its app: a sentence for the user, and for who
makes the app what came and how to mend it, without anything that proves or tells of somebody.
"""

from __future__ import annotations

from tests.support.browser import Browser
from tests.support.factories import Factory
from tests.support.relying_party import REDIRECT_URI

SCRIPT = "<script>alert(1)</script>"


def received(browser: Browser) -> dict[str, str]:
    lines = [one.get_text(" ", strip=True) for one in browser.all("[data-received]")]
    return dict(line.partition(" ")[::2] for line in lines)


def test_who_makes_the_app_reads_what_came_and_how_to_mend_it(a: Factory, browser: Browser) -> None:
    rp = a.client(client_name="Photos")
    sent = {"redirect_uri": f"{REDIRECT_URI}/", "login_hint": "ann@example.com", "state": "s3cr3t"}

    browser.open(rp.authorization_url(**sent, client_secret=rp.client_secret, **{SCRIPT: SCRIPT}))

    assert (browser.status, browser.page) == (400, "protocol-error")
    came = received(browser)
    assert came["client_id"] == rp.client_id
    assert came["redirect_uri"] == f"{REDIRECT_URI}/"
    assert came["login_hint"] == "(15 characters)"
    assert came["state"] == "(6 characters)"
    assert came["client_secret"] == f"({len(rp.client_secret or '')} characters)"
    assert "differs by a slash at the end" in browser.text
    assert "Register exactly the address" in browser.text
    assert "RFC 9700" in browser.text
    assert SCRIPT not in browser.response.get_data(as_text=True)
    for secret in ("s3cr3t", "ann@example.com", rp.client_secret or ""):
        assert secret not in browser.text
    others = browser.text.replace(f"{REDIRECT_URI}/", "")
    assert REDIRECT_URI not in others, "what is registered is for who may see it"


def test_a_secret_in_the_place_of_a_client_id_is_not_shown(browser: Browser) -> None:
    browser.open(f"/authorize?client_id={'x' * 43}&redirect_uri=https://app.example/cb")

    assert browser.status == 400
    assert received(browser)["client_id"] == "(43 characters)"
    assert "x" * 43 not in browser.text
