"""Debian's Chromium, or the one named by `CHROMIUM`, driven by Playwright."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MISSING = "No Chromium found. Debian: apt-get install chromium; elsewhere set CHROMIUM=/path/to/it"


def executable() -> str | None:
    """The path of the browser, if there is one."""
    names = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else NAMES
    return next((path for name in names if (path := shutil.which(name))), None)


def flags() -> list[str]:
    """How it is started: without looking up anything by itself, sandboxed unless we are root."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


def is_required() -> bool:
    """Whether a missing browser fails the tests that need it (`make test`) or skips them."""
    return os.environ.get("REQUIRE_BROWSER") == "1"
