"""A brand on real pages: its colours can be read, its logo is there."""

import pytest

from config import BrandSettings
from tests.browser import page_rules
from tests.support.databases import EngineKind
from tests.support.deployment import deployed

ACCENT = "#b91c1c"
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40" width="120" height="40">
  <rect width="120" height="40" rx="8" fill="#b91c1c"/><circle cx="100" cy="20" r="8" fill="#fff"/>
</svg>"""


@pytest.fixture
def branded_site(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text(LOGO)
    brand = BrandSettings(
        name="Mango Fruit Company", logo=logo, accent=ACCENT, support_url="https://help.example"
    )
    with deployed(EngineKind.SQLITE, tmp_path, brand=brand) as site:
        yield site


def test_pages_in_other_colours_are_for_everybody_too(branded_site, visitor):
    site = branded_site
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    assert page_rules.menu_problems(visitor.page) == []
    assert page_rules.problems(visitor.page) == []
    colour = "element => getComputedStyle(element).backgroundColor"
    button = visitor.page.get_by_role("button", name="Sign in", exact=True)
    assert button.evaluate(colour) == "rgb(185, 28, 28)"
    drawn = "image => image.complete && image.naturalWidth"
    assert visitor.page.locator(".brand img").evaluate(drawn) == 120

    visitor.sign_in(site.account().email).is_at("consent")
    assert page_rules.problems(visitor.page) == []
    visitor.open(f"{site.issuer}/account/").is_at("account")
    assert page_rules.problems(visitor.page) == []
