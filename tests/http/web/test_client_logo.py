"""Logos of clients: fetched once, raster only, served by us."""

from __future__ import annotations

import pytest

from idp import clock, outbound
from idp.jobs import fetch_logos
from idp.outbound import OutboundFailed
from idp.outbound.refusal import Reason
from tests.support.browser import Browser
from tests.support.factories import Factory
from tests.support.relying_party import RelyingParty

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
WHERE = "https://app.example/logo.png"


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    return a.client(logo_uri=WHERE)


def fetch(a: Factory, monkeypatch: pytest.MonkeyPatch, answer: bytes | None) -> list[str]:
    """One run of the job, with this answer of the client's host; which addresses were asked."""
    asked: list[str] = []

    def fetched(url: str, *, accept: str) -> bytes:
        asked.append(url)
        if answer is None:
            raise OutboundFailed(Reason.TIMEOUT)
        return answer

    monkeypatch.setattr(outbound, "fetch", fetched)
    with a.app.app_context():
        fetch_logos.run(clock.now())
    return asked


def logos(browser: Browser, rp: RelyingParty) -> list[str]:
    browser.open(rp.authorization_url())
    return [str(image["src"]) for image in browser.all("main .avatar img")]


@pytest.mark.spec("OIDC Registration", "2")
def test_a_logo_is_fetched_once_and_shown_from_our_own_store(a, browser, rp, monkeypatch) -> None:
    assert logos(browser, rp) == []

    assert fetch(a, monkeypatch, PNG) == [WHERE]
    assert fetch(a, monkeypatch, PNG) == []

    (source,) = logos(browser, rp)
    image = browser.client.get(source)
    assert source.startswith("/logo/")
    assert (image.data, image.content_type) == (PNG, "image/png")
    assert image.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("answer", [SVG, b"<html>", b"", None], ids=["svg", "html", "", "down"])
def test_what_is_no_raster_image_is_not_shown(a, browser, rp, monkeypatch, answer) -> None:
    assert fetch(a, monkeypatch, answer) == [WHERE]
    assert fetch(a, monkeypatch, answer) == []

    assert logos(browser, rp) == []
    assert browser.client.get(f"/logo/{rp.client_id}").status_code == 404


def test_a_client_without_a_logo_is_not_called(a, monkeypatch) -> None:
    a.client()

    assert fetch(a, monkeypatch, PNG) == []
