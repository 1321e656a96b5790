"""`make screenshots`: pictures of every stop of the tour, and a contact sheet to look at them.

Not a test, and not collected as one: pytest runs it when it is named.
"""

import html
import os
from pathlib import Path

import pytest

from tests.browser import page_rules, tour
from tests.support.live_server import PROJECT
from tests.support.visitor import visiting

FOLDER = Path(os.environ.get("SCREENSHOTS", PROJECT / "var" / "screenshots"))
VIEWS = {
    "light-desktop": (page_rules.DESKTOP, "light"),
    "dark-desktop": (page_rules.DESKTOP, "dark"),
    "light-phone": (page_rules.PHONE, "light"),
    "dark-phone": (page_rules.PHONE, "dark"),
}


@pytest.mark.parametrize("walk", tour.WALKS, ids=lambda walk: walk.name)
def test_take_pictures(site, chromium, walk):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with visiting(chromium, viewport=page_rules.DESKTOP, reduced_motion="reduce") as visitor:
        for stop in walk.go(site, visitor):
            visitor.page.wait_for_load_state()
            for view, (size, scheme) in VIEWS.items():
                page_rules.show(visitor.page, size, color_scheme=scheme)
                visitor.page.screenshot(path=FOLDER / f"{stop}-{view}.png", full_page=True)
            page_rules.show(visitor.page, page_rules.DESKTOP, color_scheme="light")
    (FOLDER / "index.html").write_text(contact_sheet())


def contact_sheet():
    stops = sorted(
        {
            picture.name.removesuffix(f"-{view}.png")
            for view in VIEWS
            for picture in FOLDER.glob(f"*-{view}.png")
        }
    )
    rows = "".join(f"<section><h2>{html.escape(stop)}</h2>{_row(stop)}</section>" for stop in stops)
    return _SHEET.format(rows)


def _row(stop):
    return "".join(
        f'<a href="{stop}-{view}.png"><img src="{stop}-{view}.png" alt="{stop}, {view}"></a>'
        for view in VIEWS
    )


_SHEET = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every page</title>
<style>
  body {{ margin: 2rem; font-family: system-ui, sans-serif; background: #ddd; }}
  section {{ margin-block-end: 2rem; white-space: nowrap; overflow-x: auto; }}
  img {{ height: 420px; margin-inline-end: 1rem; vertical-align: top; border: 1px solid #999; }}
</style>
<h1>Every page</h1>
{}
</html>
"""
