"""The shades that follow from an accent colour, and whether text in them can be read.

On light pages the accent is the text of links and the ground of white button text; on dark pages
text needs a lighter one, which no colour of buttons can be, so there are two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from idp.branding.colours import BLACK, WHITE, Colour

LIGHT_GROUNDS = (WHITE, Colour.read("#f3f6f5"))
DARK_GROUNDS = (Colour.read("#0d1211"), Colour.read("#171e1c"), Colour.read("#101614"))
"""`--card`, `--page` and `--sunken` of tokens.css."""
READABLE = 4.5
"""WCAG 2.2 §1.4.3, AA, for text of any size."""
_COMFORTABLE = 7
_TINT = 0.1
_HOVERED = 0.2


@dataclass(frozen=True, slots=True)
class Palette:
    """`soft` is the tint behind an icon or a badge in the accent."""

    accent: Colour
    strong: Colour
    soft: Colour
    dark_accent: Colour
    dark_strong: Colour
    dark_soft: Colour

    @classmethod
    def of(cls, accent: Colour, dark_accent: Colour | None) -> Palette:
        """Everything that is not chosen is derived."""
        dark = dark_accent or _nearest(accent, WHITE, dark_grounds, _COMFORTABLE)
        return cls(
            accent=accent,
            strong=accent.mixed_with(BLACK, _HOVERED),
            soft=light_grounds(accent)[-1],
            dark_accent=dark,
            dark_strong=dark.mixed_with(WHITE, _HOVERED),
            dark_soft=dark_grounds(dark)[-1],
        )

    def problems(self) -> Iterator[str]:
        """Which text could not be read, and the nearest shade that can."""
        yield from _judged("IDP_BRAND__ACCENT", self.accent, BLACK, light_grounds)
        yield from _judged("IDP_BRAND__ACCENT_DARK", self.dark_accent, WHITE, dark_grounds)


def light_grounds(accent: Colour) -> tuple[Colour, ...]:
    """What stands behind the accent on light pages; the last is its own tint."""
    return *LIGHT_GROUNDS, WHITE.mixed_with(accent, _TINT)


def dark_grounds(accent: Colour) -> tuple[Colour, ...]:
    """The same on dark pages."""
    return *DARK_GROUNDS, DARK_GROUNDS[1].mixed_with(accent, _TINT)


Grounds = Callable[[Colour], tuple[Colour, ...]]


def _judged(name: str, colour: Colour, towards: Colour, grounds: Grounds) -> Iterator[str]:
    worst = min(grounds(colour), key=colour.contrast)
    ratio = colour.contrast(worst)
    if ratio < READABLE:
        better = _nearest(colour, towards, grounds, READABLE)
        yield (
            f"{name}: {colour} on {worst} has a contrast of {ratio:.1f}:1, and text needs"
            f" {READABLE}:1 (WCAG 2.2 AA); {better} would do"
        )


def _nearest(colour: Colour, towards: Colour, grounds: Grounds, ratio: float) -> Colour:
    """The fewest steps towards black or white after which it can be read."""
    shades = (colour.mixed_with(towards, step / 100) for step in range(100))
    return next(
        (shade for shade in shades if min(map(shade.contrast, grounds(shade))) >= ratio), towards
    )
