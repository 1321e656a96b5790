"""What the look rests on: the focus is seen in every scheme, and buttons stay readable."""

import re

import pytest

from tests.browser import page_rules
from tests.support.factories import PASSWORD
from tests.support.visitor import visiting

SCHEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}
_PAINTED = """element => {
  const {outlineStyle, outlineWidth, outlineColor, boxShadow, color, backgroundColor}
    = getComputedStyle(element);
  return {outlineStyle, outlineWidth, outlineColor, boxShadow, color, backgroundColor};
}"""


def luminance(colour):
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, the ratio of relative luminances."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def assert_has_ring(focused, background):
    painted = focused.evaluate(_PAINTED)
    assert (painted["outlineStyle"], painted["outlineWidth"]) == ("solid", "3px")
    assert painted["boxShadow"] == "none"
    assert contrast(painted["outlineColor"], background) >= 3


def go_by_keys_to(page, selector):
    for _key in range(30):
        if page.locator(":focus").evaluate("(e, selector) => e.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_keyboard_focus_is_an_outline_and_not_a_shadow(site, visitor, scheme):
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    page_rules.show(visitor.page, page_rules.DESKTOP, **SCHEMES[scheme])
    background = visitor.page.locator("body").evaluate(_PAINTED)["backgroundColor"]

    for _field in ("username", "password", "show password", "sign in"):
        assert_has_ring(visitor.page.locator(":focus"), background)
        visitor.page.keyboard.press("Tab")
    go_by_keys_to(visitor.page, "details.languages summary")
    assert_has_ring(visitor.page.locator(":focus"), background)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pointing", [False, True], ids=["at rest", "hovered"])
def test_the_main_button_is_readable(site, visitor, scheme, pointing):
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open(site.app).follow("Sign in").is_at("sign-in")
    page_rules.show(visitor.page, page_rules.DESKTOP, **SCHEMES[scheme])
    button = visitor.page.get_by_role("button", name="Sign in", exact=True)
    if pointing:
        button.hover()

    painted = button.evaluate(_PAINTED)

    assert contrast(painted["color"], painted["backgroundColor"]) >= 4.5


def test_the_chosen_colours_are_remembered_in_this_browser(site, visitor):
    visitor.page.emulate_media(color_scheme="light")
    visitor.open(site.issuer).press("Dark").is_at("home")
    dark = visitor.page.locator("body").evaluate(_PAINTED)["backgroundColor"]
    assert luminance(dark) < 0.1

    visitor.open(f"{site.issuer}/nowhere").is_at("error")

    assert visitor.page.locator("body").evaluate(_PAINTED)["backgroundColor"] == dark


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_audit_log_breaks_no_time_and_shows_an_event_in_its_full_width(site, chromium, locale):
    owner = site.administrator()
    with visiting(chromium, viewport=page_rules.DESKTOP, locale=locale) as visitor:
        visitor.open(f"{site.issuer}/admin/audit")
        visitor.fill(username=owner.email, password=PASSWORD).page.click("main .button-primary")
        visitor.fill(code=owner.code()).page.click("main .button-primary")
        visitor.is_at("admin-audit").page.locator(".records-log summary").first.click()

        table = visitor.page.locator(".records-log").bounding_box()
        time, kind, opened = (
            visitor.page.locator(f".records-log {part}").first.bounding_box()
            for part in ("time", "summary code", "pre")
        )

    assert time["height"] < 30
    assert kind["height"] < 30
    assert time["x"] + time["width"] < kind["x"]
    assert (opened["x"], opened["width"]) == pytest.approx((table["x"], table["width"]), abs=2)
