"""How the pages show whose they are: name, logo, colours. Read and judged once, at start.

Whoever runs the provider chooses; what would make a page unreadable, or let a picture run scripts,
is refused with what would do instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from config import SettingsRefused
from idp.branding import picture, stylesheet
from idp.branding.colours import Colour
from idp.branding.palette import Palette

if TYPE_CHECKING:
    from config import Settings


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is ours alone; its version changes with its content."""

    content: bytes
    content_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Brand:
    """What every page wears."""

    name: str
    support_url: str | None
    logo: Asset
    icon: Asset
    stylesheet: Asset | None
    """None: the colours that the style sheets have anyway."""


def load(settings: Settings) -> Brand:
    """The brand of these settings. Raises `SettingsRefused` with everything that is wrong."""
    wanted = settings.brand
    problems: list[str] = []
    palette = None
    try:
        palette = _palette(wanted.accent, wanted.accent_dark)
    except ValueError as refused:
        problems += refused.args
    own_logo = None
    try:
        own_logo = picture.read(wanted.logo) if wanted.logo else None
    except picture.Refused as refused:
        problems.append(f"IDP_BRAND__LOGO: {refused}")
    if problems:
        raise SettingsRefused(problems)
    accent = palette.accent if palette else None
    return Brand(
        name=wanted.name,
        support_url=wanted.support_url,
        logo=_asset(own_logo or picture.own_mark("logo.svg", accent)),
        icon=_asset(own_logo or picture.own_mark("favicon.svg", accent)),
        stylesheet=_asset((stylesheet.of(palette), "text/css; charset=utf-8")) if palette else None,
    )


def _palette(accent: str | None, accent_dark: str | None) -> Palette | None:
    if accent is None:
        if accent_dark is not None:
            raise ValueError("IDP_BRAND__ACCENT_DARK: goes with IDP_BRAND__ACCENT")
        return None
    palette = Palette.of(Colour.read(accent), Colour.read(accent_dark) if accent_dark else None)
    if problems := list(palette.problems()):
        raise ValueError(*problems)
    return palette


def _asset(file: tuple[bytes, str]) -> Asset:
    content, content_type = file
    return Asset(content, content_type, sha256(content).hexdigest()[:12])
