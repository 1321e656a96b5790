"""What stands behind a single-page app while it is developed: its files, and the page for any other
address.
"""

import os
from pathlib import Path

from flask import Flask, send_from_directory

FOLDER = Path(os.environ["FOLDER"])

app = Flask(__name__, static_folder=None)


@app.get("/", defaults={"name": "index.html"})
@app.get("/<path:name>")
def file(name):
    return send_from_directory(FOLDER, name if (FOLDER / name).is_file() else "index.html")
