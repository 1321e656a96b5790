"""Thousands of apps: one is registered, the others are like it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, insert, select

from benchmarks.scale import values
from idp import clock
from idp.clients import register, templates
from idp.clients.templates import Template
from idp.extensions import db, transaction
from idp.models import Client

_AT_ONCE = 1000


def load(app: Flask, most: int) -> list[str]:
    """Returns their client ids."""
    with app.app_context(), transaction():
        proposed = replace(
            templates.propose(Template.WEB, "App 0"),
            redirect_uris=("https://app-0.example/callback",),
        )
        first = register.register(proposed)
        if not isinstance(first, register.Registered):
            raise TypeError(first)
        table = cast("Table", Client.__table__)
        wanted = select(table).where(table.c.client_id == first.client.client_id)
        model = dict(db.session.execute(wanted).mappings().one())
        rows = [_like(model, number) for number in range(1, most)]
        for start in range(0, len(rows), _AT_ONCE):
            db.session.execute(insert(table), rows[start : start + _AT_ONCE])
    return [first.client.client_id, *(row["client_id"] for row in rows)]


def _like(model: dict[str, Any], number: int) -> dict[str, Any]:
    return model | {
        "id": values.row_id(clock.now()),
        "client_id": f"app-{number}",
        "client_name": f"{values.LAST[number % len(values.LAST)]} App {number}",
        "redirect_uris": [f"https://app-{number}.example/callback"],
        "pkce_waived": number % 500 == 0,
    }
