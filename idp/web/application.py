"""Flask, where nothing is a coroutine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


class Application(Flask):
    """The WSGI application."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask would inspect each view and hook anew, for every request."""
        return func
