"""Name, logo and colours of whoever runs the provider, on every page."""

import pytest

PNG = b"\x89PNG\r\n\x1a\n..."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>'


@pytest.fixture
def logo(tmp_path):
    file = tmp_path / "logo.svg"
    file.write_bytes(SVG)
    return file


class TestWithoutAnySetting:
    def test_the_provider_is_called_like_its_host(self, browser):
        browser.open("/")

        assert browser.find(".site-header").text.strip() == "idp.example"
        assert browser.find("title").text.endswith(" – idp.example")

    def test_there_is_no_style_sheet_of_ours(self, browser):
        assert browser.open("/brand.css").status == 404
        assert "/brand.css" not in browser.open("/").response.text

    def test_our_mark_stands_for_a_logo(self, browser):
        mark = browser.open("/").find(".site-header img")["src"]

        assert browser.client.get(mark).content_type == "image/svg+xml"


class TestWithABrand:
    @pytest.fixture
    def overrides(self, logo):
        brand = {"name": "Mango", "accent": "#1d4ed8", "logo": logo, "support_url": "mailto:a@b.c"}
        return {"brand": brand}

    def test_every_page_carries_it(self, browser, a):
        for address in ("/", "/nowhere", a.client().authorization_url()):
            browser.open(address)
            assert browser.find(".site-header").text.strip() == "Mango"
            assert browser.find("title").text.endswith(" – Mango")
            assert browser.find(".site-footer > a")["href"] == "mailto:a@b.c"
            assert browser.find("link[href*='/brand.css']")

    def test_the_colours_come_as_a_file_that_is_kept_for_ever(self, browser):
        address = browser.open("/").find("link[href*='/brand.css']")["href"]

        response = browser.client.get(address)

        assert response.content_type == "text/css; charset=utf-8"
        assert "--accent: #1d4ed8;" in response.text
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in response.headers

    def test_a_known_file_is_not_sent_again(self, browser):
        address = browser.open("/").find("link[href*='/brand.css']")["href"]
        etag = browser.client.get(address).headers["ETag"]

        response = browser.client.get(address, headers={"If-None-Match": etag})

        assert (response.status_code, response.data) == (304, b"")

    def test_an_address_without_the_right_version_is_kept_for_a_day(self, client):
        response = client.get("/brand.css?v=other")

        assert response.headers["Cache-Control"] == "public, max-age=86400"

    @pytest.mark.parametrize("which", [".site-header img", "link[rel=icon]"])
    def test_the_logo_is_a_picture_and_nothing_more(self, browser, which):
        found = browser.open("/").find(which)

        response = browser.client.get(found.get("src") or found["href"])

        assert response.data == SVG
        assert response.content_type == "image/svg+xml"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "sandbox" in policy

    def test_browsers_that_ask_at_the_old_address_are_led_there(self, client):
        response = client.get("/favicon.ico")

        assert response.status_code == 302
        assert response.location.startswith("/brand/icon?v=")
