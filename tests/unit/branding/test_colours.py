"""The accent colour: what is refused, and that what is suggested instead is accepted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from config import SettingsRefused
from idp import branding
from idp.branding.colours import WHITE, Colour
from idp.branding.palette import DARK_GROUNDS, LIGHT_GROUNDS, READABLE, Palette

colours = st.builds(Colour, *[st.integers(0, 255)] * 3)
TOKENS = config.PROJECT / "idp" / "static" / "css" / "tokens.css"


def problems(**brand: Any) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        branding.load(config.testing(brand=brand))
    return refused.value.problems


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert Colour.read(one).contrast(Colour.read(other)) == pytest.approx(ratio, abs=0.01)
    assert Colour.read(other).contrast(Colour.read(one)) == pytest.approx(ratio, abs=0.01)


def test_an_accent_that_white_text_cannot_be_read_on_is_refused_with_one_that_can():
    assert problems(accent="#ff9900") == [
        "IDP_BRAND__ACCENT: #ff9900 on #f3f6f5 has a contrast of 2.0:1, and text needs"
        " 4.5:1 (WCAG 2.2 AA); #9c5d00 would do"
    ]
    assert branding.load(config.testing(brand={"accent": "#9c5d00"})).stylesheet


def test_a_dark_accent_is_judged_on_dark_pages():
    assert len(problems(accent="#0b6b60", accent_dark="#0b6b60")) == 1
    assert problems(accent_dark="#93e0d3") == [
        "IDP_BRAND__ACCENT_DARK: goes with IDP_BRAND__ACCENT"
    ]


@pytest.mark.parametrize("accent", ["teal", "#fff", "#12345", "#1234567", "rgb(1,2,3)", "#gggggg"])
def test_what_is_no_colour_is_refused(accent):
    with pytest.raises(SettingsRefused, match="IDP_BRAND"):
        config.testing(brand={"accent": accent})


@given(colours)
def test_whatever_the_accent_the_derived_shades_can_be_read_on_dark_pages(accent):
    palette = Palette.of(accent, None)

    assert min(map(palette.dark_accent.contrast, DARK_GROUNDS)) >= READABLE
    assert palette.dark_accent.contrast(palette.dark_soft) >= READABLE


@given(colours)
def test_an_accepted_accent_can_be_read_wherever_it_is_used(accent):
    palette = Palette.of(accent, None)
    if not list(palette.problems()):
        for ground in (*LIGHT_GROUNDS, palette.soft):
            assert accent.contrast(ground) >= READABLE
        assert WHITE.contrast(palette.strong) >= READABLE


@given(colours)
def test_what_is_suggested_instead_is_accepted(accent):
    for problem in Palette.of(accent, None).problems():
        suggested = Colour.read(problem.removesuffix(" would do").rpartition(" ")[2])
        assert not list(Palette.of(suggested, None).problems())


def test_the_grounds_are_those_of_the_style_sheet():
    written = TOKENS.read_text()

    for ground in (*LIGHT_GROUNDS, *DARK_GROUNDS):
        assert f": {ground};" in written.replace("#fff;", "#ffffff;")
