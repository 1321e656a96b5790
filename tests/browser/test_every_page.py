"""Every page, light and dark, in forced colours, at 320 px, at 400 %, and in every language."""

import re

import pytest

from tests.browser import page_rules, tour
from tests.support import marked_texts
from tests.support.live_server import PROJECT
from tests.support.visitor import visiting

TEMPLATES = PROJECT / "idp" / "templates"
SEEN_ELSEWHERE = {
    "dev-codes": "tests/browser/test_demo.py, since it is a page of development only",
    "dev-mail": "the same",
    "dev-mail-text": "the same",
    "registration-closed": "tests/http/arrival, since anybody may register at the toured site",
    "reset-passkey-refused": "tests/http/arrival, since an authenticator has to misbehave",
    "form-post": "tests/browser/test_answers.py, since it sends itself on",
}
ALL = tuple(page_rules.VIEWS)
AGAIN = ("light, 320 px",)
DATA = re.compile(
    r"localhost(:\d+)?|[\w.+-]+@[\w.-]+|https?://\S+|(Ann|Bob)( Example)?|Photos|Television"
)
"""What people and apps bring along, and no translator ever sees."""


@pytest.mark.parametrize("walk", tour.WALKS, ids=lambda walk: walk.name)
def test_every_page_is_for_everybody(marked_site, chromium, walk):
    states, problems = set(), []
    marked_site.forget_tries()

    with visiting(chromium, viewport=page_rules.DESKTOP, reduced_motion="reduce") as visitor:
        for _stop in walk.go(marked_site, visitor):
            if not states:
                problems += page_rules.menu_problems(visitor.page)
            now = page_rules.state(visitor.page)
            # Where the walk has been in this state, another of its faces is looked at once more.
            problems += page_rules.problems(visitor.page, AGAIN if now in states else ALL)
            states.add(now)
            if visitor.page.url.startswith(marked_site.issuer):
                problems += unmarked(visitor.page)

    assert not problems, "\n".join(problems)
    assert {name for name, _failed in states} == walk.pages


def unmarked(page):
    """Texts that no translation would reach."""
    found = {DATA.sub("", text) for text in page.evaluate(marked_texts.UNMARKED)}
    return [
        f"{page.url}: not marked for translation: {text.strip()!r}"
        for text in sorted(found)
        if re.search(r"[^\W\d_]", text)
    ]


def test_the_tour_misses_no_page():
    written = "".join(template.read_text() for template in TEMPLATES.rglob("*.html"))
    pages = set(re.findall(r'set page_name = "([\w-]+)"', written))

    visited = set().union(*(walk.pages for walk in tour.WALKS))

    assert pages - visited == set(SEEN_ELSEWHERE)
