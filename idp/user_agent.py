"""Browsers and systems by the names that people know them by, from what a browser says of itself.

It may lie: this is for people who look for their own browser in a list, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from idp.language import gettext as _

if TYPE_CHECKING:
    from ua_parser import Parser

_BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Edge Mobile": "Edge",
    "Firefox iOS": "Firefox",
    "Firefox Mobile": "Firefox",
    "HeadlessChrome": "Chrome",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
}
_SYSTEMS = {"Mac OS X": "macOS", "Ubuntu": "Linux", "Debian": "Linux", "Fedora": "Linux"}
_DEVICES = ("iPhone", "iPad")
"""Known better than iOS, which runs on them."""


@dataclass(frozen=True, slots=True)
class Software:
    """The browser and what it runs on; None where it does not say, or nobody knows it."""

    browser: str | None
    system: str | None


@lru_cache(1024)
def software(user_agent: str) -> Software:
    """What a `User-Agent` header tells."""
    parser = _parser()
    found_browser, found_system = parser.parse_user_agent(user_agent), parser.parse_os(user_agent)
    browser = found_browser.family if found_browser else None
    system = found_system.family if found_system else None
    if system == "iOS":
        system = next((device for device in _DEVICES if device in user_agent), system)
    return Software(
        _BROWSERS.get(browser, browser) if browser else None,
        _SYSTEMS.get(system, system) if system else None,
    )


@lru_cache(maxsize=1)
def _parser() -> Parser:
    """Made when somebody looks at such a list, and of expressions that are compiled when they are
    tried: 6 MiB. All of them at once, as the library does of itself, are 31.
    """
    from ua_parser import Parser  # noqa: PLC0415
    from ua_parser.basic import Resolver  # noqa: PLC0415
    from ua_parser.loaders import load_lazy_builtins  # noqa: PLC0415

    return Parser(Resolver(load_lazy_builtins()))


def in_words(user_agent: str) -> str:
    """ "Firefox on Windows"; in the current language."""
    known = software(user_agent)
    if known.browser and known.system:
        return _("%(browser)s on %(system)s", browser=known.browser, system=known.system)
    return known.browser or known.system or _("An unknown browser")
