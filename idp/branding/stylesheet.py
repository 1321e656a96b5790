"""The accent as a style sheet of its own, after `tokens.css`: no page has an inline style."""

from __future__ import annotations

from idp.branding.colours import Colour
from idp.branding.palette import Palette

_LIGHT = ":root:not([data-theme=dark])"
_DARK = "[data-theme=dark]"
_DARK_BY_DEVICE = ":root:not([data-theme])"


def of(palette: Palette) -> bytes:
    """The names that `tokens.css` gives to the accent, with other values."""
    light = {
        "--accent": palette.accent,
        "--accent-strong": palette.strong,
        "--accent-soft": palette.soft,
        "--pico-primary-hover-background": palette.strong,
    }
    dark = {
        "--accent": palette.dark_accent,
        "--accent-strong": palette.dark_strong,
        "--accent-soft": palette.dark_soft,
        "--pico-primary-background": palette.accent,
        "--pico-primary-hover-background": palette.strong,
    }
    return "\n".join(
        (
            _rule(_LIGHT, light),
            f"@media (prefers-color-scheme: dark) {{\n{_rule(_DARK_BY_DEVICE, dark)}\n}}",
            _rule(_DARK, dark),
            "",
        )
    ).encode()


def _rule(selector: str, values: dict[str, Colour]) -> str:
    listed = "\n".join(f"  {name}: {value};" for name, value in values.items())
    return f"{selector} {{\n{listed}\n}}"
