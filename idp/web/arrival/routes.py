"""The blueprint of pages that are reached by a single-use link."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("arrival", __name__)
