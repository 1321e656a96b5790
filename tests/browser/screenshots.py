"""`make screenshots`: pictures of every stop of the tour, and a contact sheet to look at them.

Not a test, and not collected as one: pytest runs it when it is named.
"""

import html
import json
import os
from pathlib import Path

import pytest

from tests.browser import page_rules, tour
from tests.support.live_server import PROJECT
from tests.support.visitor import visiting

FOLDER = Path(os.environ.get("SCREENSHOTS", PROJECT / "var" / "screenshots"))
VIEWS = {
    "light-desktop": (page_rules.DESKTOP, {"color_scheme": "light"}),
    "dark-desktop": (page_rules.DESKTOP, {"color_scheme": "dark"}),
    "light-phone": (page_rules.PHONE, {"color_scheme": "light"}),
    "dark-phone": (page_rules.PHONE, {"color_scheme": "dark"}),
    "forced-colours": (
        page_rules.DESKTOP,
        {"color_scheme": "dark", "forced_colors": "active"},
    ),
}


@pytest.fixture(scope="session", autouse=True)
def _folder():
    FOLDER.mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("walk", tour.WALKS, ids=lambda walk: walk.name)
def test_take_pictures(site, chromium, walk):
    stops = []
    with visiting(chromium, viewport=page_rules.DESKTOP, reduced_motion="reduce") as visitor:
        for stop in walk.go(site, visitor):
            stops.append(stop)
            visitor.page.wait_for_load_state()
            for view, (size, media) in VIEWS.items():
                page_rules.show(visitor.page, size, **media)
                visitor.page.screenshot(path=FOLDER / f"{stop}-{view}.png", full_page=True)
            page_rules.show(visitor.page, page_rules.DESKTOP, color_scheme="light")
    (FOLDER / f"{walk.name}.json").write_text(json.dumps(stops))
    (FOLDER / "index.html").write_text(contact_sheet())


def contact_sheet():
    """Every walk with its stops in order, as far as their pictures have been taken."""
    walks = {
        walk.name: json.loads(file.read_text())
        for walk in tour.WALKS
        if (file := FOLDER / f"{walk.name}.json").exists()
    }
    contents = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in walks)
    return _SHEET.format(contents=contents, walks="".join(map(_walk, walks, walks.values())))


def _walk(name, stops):
    rows = "".join(f"<h3>{html.escape(stop)}</h3><div>{_row(stop)}</div>" for stop in stops)
    return f'<section id="{name}"><h2>{name}</h2>{rows}</section>'


def _row(stop):
    return "".join(
        f'<a href="{stop}-{view}.png">'
        f'<img src="{stop}-{view}.png" alt="{stop}, {view}" loading="lazy"></a>'
        for view in VIEWS
    )


_SHEET = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every page</title>
<style>
  body {{ margin: 2rem; font-family: system-ui, sans-serif; background: #ddd; }}
  ul {{ columns: 4; }}
  div {{ margin-block-end: 2rem; white-space: nowrap; overflow-x: auto; }}
  img {{ height: 420px; margin-inline-end: 1rem; vertical-align: top; border: 1px solid #999; }}
</style>
<h1>Every page</h1>
<ul>{contents}</ul>
{walks}
</html>
"""
