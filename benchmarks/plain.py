"""The yardstick for everything but hashing: a Flask view that returns JSON, on the same server."""

from __future__ import annotations

from flask import Flask, Response, jsonify

app = Flask(__name__)


@app.get("/json")
def document() -> Response:
    return jsonify(status="ok", number=1, names=["first", "second"])
