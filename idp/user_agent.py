"""Browsers and systems by the names that people know them by, from what a browser says of itself.

It may lie: this is for people who look for their own browser in a list, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ua_parser import parse

from idp.language import gettext as _

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
_DEVICES = {"iPhone": "iPhone", "iPad": "iPad"}
"""Known better than the system that runs on them."""


@dataclass(frozen=True, slots=True)
class Software:
    """The browser and what it runs on; None where it does not say, or nobody knows it."""

    browser: str | None
    system: str | None


@lru_cache(1024)
def software(user_agent: str) -> Software:
    """What a `User-Agent` header tells."""
    found = parse(user_agent)
    browser = found.user_agent and found.user_agent.family
    device = found.device and _DEVICES.get(found.device.family)
    system = device or (found.os and found.os.family)
    return Software(
        _BROWSERS.get(browser, browser) if browser else None,
        _SYSTEMS.get(system, system) if system else None,
    )


def in_words(user_agent: str) -> str:
    """ "Firefox on Windows"; in the current language."""
    known = software(user_agent)
    if known.browser and known.system:
        return _("%(browser)s on %(system)s", browser=known.browser, system=known.system)
    return known.browser or known.system or _("An unknown browser")
