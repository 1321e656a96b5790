"""Every route says who may come; a new one shows in the golden list, and so in review."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from idp.web import access
from tests.support.databases import EngineKind

GOLDEN = Path(__file__).with_name("routes.txt")


def listing(app: Flask) -> list[str]:
    """`METHODS path access`, one line per rule; the static files are Flask's own."""
    lines = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{methods} {rule.rule} {access.of(app.view_functions[rule.endpoint])}")
    return sorted(lines)


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_the_routes_are_those_of_the_golden_list(app: Flask) -> None:
    assert listing(app) == GOLDEN.read_text().splitlines()


@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_a_view_without_a_marker_is_refused(app: Flask) -> None:
    app.add_url_rule("/unmarked", view_func=lambda: "secret")

    response = app.test_client().get("/unmarked")

    assert response.status_code == 403
    assert b"secret" not in response.data
